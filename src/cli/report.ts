import {randomUUID} from 'node:crypto';
import {constants, copyFileSync, linkSync, lstatSync, rmSync, statSync} from 'node:fs';
import {basename, dirname, extname, join, resolve} from 'node:path';
import type {Command} from 'commander';
import {BadInput} from '../protocol/index.ts';
import type {ReportModel} from '../report/reportModel.ts';
import {oneOf} from './arguments.ts';
import {findRun} from './findRun.ts';

const WHO = 'imu report';

const FORMATS = ['html', 'md', 'pdf-ready'] as const;
type ReportFormat = (typeof FORMATS)[number];

interface Options {
  readonly out: string;
  readonly to?: string;
  readonly format: ReportFormat;
  readonly json: boolean;
}

/** `imu report`: a run as one file that can be shown to others. */
export function register(program: Command): void {
  program
    .command('report')
    .description(
      'write one file that tells a run: verdict, tables, curves, influence, failures, and where each number comes from',
    )
    .argument('<run>', 'run id, or the path of a run directory')
    .option('--to <file>', 'file to write, which must not exist; - prints it (default: the name of the run, here)')
    .option(
      '--format <name>',
      'html (one page that needs no network), md (Markdown), or pdf-ready (HTML laid out for printing)',
      oneOf(WHO, '--format', FORMATS),
      'html',
    )
    .option('--out <folder>', 'where runs and results are kept', 'runs')
    .option('--json', 'print what the report says as JSON, and write no file', false)
    .addHelpText(
      'after',
      '\nExamples:\n  imu report table3-1a2b3c4d\n  imu report runs/table3-1a2b3c4d --format md --to -\n',
    )
    .action(writeReport);
}

async function writeReport(word: string, options: Options): Promise<void> {
  // A file that cannot be written is told before any work.
  const given = options.to === undefined || options.to === '-' || options.json ? null : checkedTarget(options.to);
  const model = await readModel(word, options.out);
  if (options.json) {
    const {stringify} = await import('../protocol/index.ts');
    process.stdout.write(`${stringify(model)}\n`);
    return;
  }
  const text = await printed(model, options.format);
  if (options.to === '-') {
    process.stdout.write(text);
    return;
  }
  const path = given ?? freeName(resolve(`${model.runId}${ENDINGS[options.format]}`));
  await writeOnce(path, text, options.to ?? path);
  process.stdout.write(`${path}\n`);
}

const ENDINGS: Readonly<Record<ReportFormat, string>> = {
  html: '-report.html',
  md: '-report.md',
  'pdf-ready': '-print.html',
};

async function readModel(word: string, out: string): Promise<ReportModel> {
  const {store, run} = await findRun(word, out, WHO);
  const {evidenceOf} = await import('../report/index.ts');
  const {reportModelOf} = await import('../report/reportModel.ts');
  const {tablesOf} = await import('./tables.ts');
  return reportModelOf({
    manifest: run.manifest,
    journal: run.journal,
    evidence: evidenceOf(store),
    tables: tablesOf(run.manifest, store),
    store: store.root,
    madeAt: new Date().toISOString(),
  });
}

async function printed(model: ReportModel, format: ReportFormat): Promise<string> {
  if (format === 'md') return (await import('../report/reportMarkdown.ts')).toReportMarkdown(model);
  return (await import('../report/html/page.ts')).toHtml(model, {forPrint: format === 'pdf-ready'});
}

function checkedTarget(to: string): string {
  return withFileErrors(to, () => {
    const path = resolve(to);
    const found = lstatSync(path, {throwIfNoEntry: false});
    if (found?.isDirectory()) throw refusal(to, 'is a folder', 'the name of a file in it');
    if (found !== undefined) throw alreadyThere(to, path);
    if (!statSync(dirname(path), {throwIfNoEntry: false})?.isDirectory())
      throw refusal(to, `cannot be written: ${dirname(path)} is no folder`, 'a file in a folder that exists');
    return path;
  });
}

const alreadyThere = (to: string, path: string): BadInput =>
  refusal(
    to,
    'exists, and is left as it is',
    'a file that does not exist',
    join(dirname(to), basename(freeName(path))),
  );

const refusal = (value: string, problem: string, allowed: string, nearest: string | null = null): BadInput =>
  new BadInput({who: WHO, field: '--to', value, problem, allowed, nearest});

/** The name itself, or the first of `name-2`, `name-3`, … that is free. */
function freeName(path: string): string {
  const ending = extname(path);
  const base = path.slice(0, path.length - ending.length);
  let name = path;
  for (let n = 2; lstatSync(name, {throwIfNoEntry: false}) !== undefined; n += 1) name = `${base}-${n}${ending}`;
  return name;
}

/** Whole or not at all, and never over another file: written beside it under another name, then linked into place. */
async function writeOnce(path: string, text: string, to: string): Promise<void> {
  const {writeNewFile} = await import('../store/durableFiles.ts');
  const staged = join(dirname(path), `.imu-report.${randomUUID().slice(0, 8)}`);
  try {
    withFileErrors(to, () => {
      writeNewFile(staged, text);
      giveName(staged, path);
    });
  } finally {
    rmSync(staged, {force: true});
  }
}

/** What the file system refuses, in words. */
function withFileErrors<T>(to: string, action: () => T): T {
  try {
    return action();
  } catch (thrown) {
    const code = thrown instanceof BadInput ? undefined : (thrown as NodeJS.ErrnoException).code;
    if (code === 'EEXIST') throw alreadyThere(to, resolve(to));
    if (code === undefined) throw thrown;
    throw refusal(to, `cannot be written: ${REASONS[code] ?? code}`, 'a file in a folder that you may write to');
  }
}

/** Some file systems know no hard links; there a copy that refuses to overwrite is the next best. */
function giveName(staged: string, path: string): void {
  try {
    linkSync(staged, path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') throw thrown;
    copyFileSync(staged, path, constants.COPYFILE_EXCL);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'the folder may not be written to',
  EPERM: 'the folder may not be written to',
  ENOENT: 'the folder takes no files',
  ENOTDIR: 'a part of its path is no folder',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  ENAMETOOLONG: 'the name is too long',
};
