import type {TableModel} from '../aggregate.ts';
import {toCsv} from './csv.ts';
import {toJson} from './json.ts';
import {toLatex} from './latex.ts';
import {toMarkdown} from './markdown.ts';
import {toText} from './text.ts';

/** Name → printer of a table; each ends in a line break. */
export const FORMATS = {
  text: (model: TableModel): string => toText(model),
  markdown: toMarkdown,
  latex: toLatex,
  csv: toCsv,
  json: toJson,
} as const;

export type Format = keyof typeof FORMATS;
