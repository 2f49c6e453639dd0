import type {TableModel} from '../aggregate.ts';
import {plain} from '../plain.ts';
import {footerLines} from './footer.ts';

const HEADER = [
  'row',
  'label',
  'profile',
  'column',
  'unit',
  'direction',
  'n',
  'numExpected',
  'mean',
  'std',
  'stdTrain',
  'stdUnlearn',
  'paperMean',
  'paperStd',
  'gap',
  'nearestToRetrain',
];

/**
 * RFC 4180, one record per cell, numbers in full. A missing number is an empty field. Provenance comes last, one `note` record per line under the
 * table, filled up to the width of the header.
 */
export function toCsv(model: TableModel): string {
  const records = model.rows.flatMap((row) =>
    model.columns.map(({id, unit, direction}) => {
      const cell = row.cells[id];
      const numbers = [
        cell?.mean,
        cell?.std,
        cell?.stdTrain,
        cell?.stdUnlearn,
        cell?.paper?.mean,
        cell?.paper?.std,
        cell?.gap,
      ];
      return [
        ...[row.id, row.label, row.profile, id, unit, direction ?? ''].map(text),
        String(cell?.n ?? 0),
        String(row.numExpected),
        ...numbers.map((number) => (number == null ? '' : String(number))),
        String(cell?.isNearestToRetrain ?? false),
      ];
    }),
  );
  const notes = footerLines(model).map((note) => ['note', text(note), ...Array<string>(HEADER.length - 2).fill('')]);
  return [HEADER, ...records, ...notes].map((record) => `${record.join(',')}\r\n`).join('');
}

/** Quoted where it must be; what a spreadsheet would take for a formula gets an apostrophe in front (spec orchestration X9). */
function text(value: string): string {
  const clean = plain(value);
  const guarded = /^\s*[=+\-@|]/.test(clean) ? `'${clean}` : clean;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}
