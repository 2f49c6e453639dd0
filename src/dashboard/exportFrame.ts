import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {linesToSvg} from './exportSvg.ts';
import {forTerminal, type Line} from './parts/line.ts';
import type {Theme} from './theme.ts';

export interface ExportOptions {
  readonly folder: string;
  /** Begins the file's name: letters, digits, dots, dashes. */
  readonly name: string;
  readonly format: 'svg' | 'text';
  readonly columns: number;
  readonly theme: Theme;
  readonly title: string;
}

/** Writes lines to a new file, numbered where there is one of that name already; returns its path. */
export function exportFrame(lines: readonly Line[], options: ExportOptions): string {
  const {folder, name, format, columns, theme, title} = options;
  const text = format === 'svg' ? linesToSvg(lines, {columns, theme, title}) : linesToText(lines, theme);
  const extension = format === 'svg' ? 'svg' : 'txt';
  mkdirSync(folder, {recursive: true});
  for (let number = 1; ; number++) {
    const path = join(folder, `${name}${number === 1 ? '' : `-${number}`}.${extension}`);
    if (writeNew(path, text)) return path;
  }
}

export const linesToText = (lines: readonly Line[], theme: Theme): string =>
  `${lines
    .map((line) =>
      forTerminal(line, theme)
        .map(({text}) => text)
        .join(''),
    )
    .join('\n')
    .trimEnd()}\n`;

function writeNew(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, {flag: 'wx'});
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw thrown;
  }
}
