import {parse, stringify} from '../protocol/index.ts';
import type {Projection} from '../store/projection.ts';

/** A projection as text, from which `decodeProjection` makes an equal one. */
export function encodeProjection(projection: Projection): string {
  const tasks = projection.tasks.map((task) => ({
    ...task,
    // Versions of a series share one buffer; this one has its first `length` points.
    series: task.series.map((series) => ({...series, buffer: {points: series.buffer.points.slice(0, series.length)}})),
  }));
  return stringify({...projection, tasks, indexByKey: [...projection.indexByKey]});
}

/** Throws on text that is none of `encodeProjection`. */
export function decodeProjection(text: string): Projection {
  const decoded = parse(text) as Omit<Projection, 'indexByKey'> & {readonly indexByKey: [string, number][]};
  return {...decoded, indexByKey: new Map(decoded.indexByKey)};
}
