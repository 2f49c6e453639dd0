import {canonicalJson} from './canonical.ts';
import type {KeyParts} from './task.ts';

/** Reasons shown for one task; what comes after them is counted. */
const MAX_REASONS = 3;

/** Why two keys differ, own parts before inputs: `params.learningRate 0.0005 → 0.00125`, `code py/…/npo.py changed`, `input train/original will run`. */
export function describeChange(before: KeyParts, after: KeyParts, describeInput: (role: string) => string): string {
  const own = [
    ...changedLeaves(before.spec, after.spec, ''),
    ...changedCode(before.code, after.code),
    ...changedLeaves(before.environment, after.environment, '').map((change) => change.replace(/^packages\./, '')),
  ];
  const reasons = own.length > 0 ? own : changedInputs(before.inputs, after.inputs).map(describeInput);
  const rest = reasons.length - MAX_REASONS;
  return reasons.slice(0, MAX_REASONS).join('; ') + (rest > 0 ? `; ${rest} more` : '');
}

function changedLeaves(before: unknown, after: unknown, place: string): string[] {
  if (before !== undefined && after !== undefined && canonicalJson(before) === canonicalJson(after)) return [];
  if (!isRecord(before) || !isRecord(after)) return [`${place} ${show(before)} → ${show(after)}`];
  return namesOf(before, after).flatMap((name) =>
    changedLeaves(before[name], after[name], place === '' ? name : `${place}.${name}`),
  );
}

function changedCode(before: KeyParts['code'], after: KeyParts['code']): string[] {
  return changedNames(before, after).map((path) => {
    if (before[path] === undefined) return `code ${path} added`;
    return `code ${path} ${after[path] === undefined ? 'removed' : 'changed'}`;
  });
}

const changedInputs = changedNames;

function changedNames(before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>): string[] {
  return namesOf(before, after).filter((name) => before[name] !== after[name]);
}

const namesOf = (a: object, b: object): string[] => [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function show(value: unknown): string {
  if (value === undefined) return 'absent';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
