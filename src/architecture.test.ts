import {execFileSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {describe, expect, it} from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '..');

/** Dependencies go down only (DESIGN.md 3): a folder may import what stands on a lower line, and its own. */
const LAYERS = [
  ['protocol'],
  ['influence'],
  ['datasets', 'models', 'metrics'],
  ['scenarios'],
  ['methods'],
  ['plan', 'sidecar', 'store'],
  ['schedule'],
  ['report'],
  ['dashboard', 'watch'],
  ['cli', 'envs', 'experiments'],
];

/** What the layers would allow, and DESIGN.md 3 does not. */
const NEVER = [
  ['dashboard', 'sidecar'],
  ['dashboard', 'schedule'],
];

/** Folders of one layer know nothing of each other, but for these. */
const NEIGHBOURS = [
  // Manifest and projection hold a plan.
  ['store', 'plan'],
  ['cli', 'envs'],
  // Benchmarks and pictures drive the program on a terminal, as its tests do.
  ['experiments', 'cli'],
];

/** Each third-party package has owners; `node:` is everybody's. */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  // Schemas stand where trust changes: the contract, what people write, and what comes over the wire.
  zod: ['protocol', 'scenarios', 'methods', 'plan', 'datasets', 'models', 'metrics', 'sidecar', 'watch'],
  pythonia: ['sidecar'],
  execa: ['sidecar'],
  ws: ['sidecar', 'watch'],
  ink: ['dashboard'],
  react: ['dashboard'],
  zx: ['envs', 'experiments'],
  commander: ['cli'],
  'playwright-core': ['experiments'],
  jstat: ['report'],
  vega: ['report'],
  'vega-lite': ['report'],
};

interface Import {
  readonly file: string;
  readonly specifier: string;
}

const imports = sourceFiles().flatMap(importsOf);

describe('dependencies go down only', () => {
  const own = imports.flatMap(({file, specifier}) => {
    if (!specifier.startsWith('.')) return [];
    const [from, to] = [folderOf(file), folderOf(path.join(path.dirname(file), specifier))];
    // A test may ask envs for a real Python.
    const isFree = from === to || from === '' || (isTest(file) && to === 'envs');
    return isFree ? [] : [{file, specifier, from, to}];
  });

  it('finds the imports', () => expect(own.length).toBeGreaterThan(20));

  it('every folder has a layer', () => {
    const known = LAYERS.flat();
    expect([...new Set(own.flatMap(({from, to}) => [from, to]))].filter((folder) => !known.includes(folder))).toEqual(
      [],
    );
  });

  it('no folder imports from a higher layer or from a neighbour', () => {
    expect(
      own.filter(({from, to}) => !mayImport(from, to)).map(({file, specifier}) => `${file}: ${specifier}`),
    ).toEqual([]);
  });

  it('the view reads the projection alone', () => {
    const forbidden = own.filter(({from, to}) => NEVER.some(([a, b]) => a === from && b === to));
    expect(forbidden.map(({file, specifier}) => `${file}: ${specifier}`)).toEqual([]);
  });
});

describe('each third-party package has its owners', () => {
  const packages = imports.flatMap(({file, specifier}) => {
    const name = packageOf(specifier);
    return name === null || isTest(file) ? [] : [{file, name}];
  });

  it('every package that is imported has an owner, and only its owners import it', () => {
    const strangers = packages.filter(({file, name}) => !OWNERS[name]?.includes(folderOf(file)));
    expect(strangers.map(({file, name}) => `${file}: ${name}`)).toEqual([]);
  });

  it('every package that is imported is a dependency with an exact version', () => {
    const {dependencies, devDependencies} = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
    // Experiments are run from a clone, which has what development needs.
    const versionOf = ({file, name}: {file: string; name: string}): string =>
      dependencies[name] ?? (folderOf(file) === 'experiments' ? devDependencies[name] : undefined);
    const loose = packages.filter((used) => !/^\d+\.\d+\.\d+$/.test(versionOf(used)));
    expect([...new Set(loose.map(({name}) => name))]).toEqual([]);
  });
});

describe('the files that are committed', () => {
  it('hold no path of a machine and no host of a registry', () => {
    // Spelled in parts, so that this file does not find itself.
    const machine = [
      '/wo' + 'rk/',
      '/ro' + 'ot/',
      '/ho' + 'me/[a-z]+/',
      '/tmp' + '/t/',
      '/opt/' + 'pypi',
      '/opt/' + 'wheels',
      '/Us' + 'ers/',
    ];
    const hosts = ['registry\\.' + 'npmjs', 'pypi\\.' + 'org', 'files\\.' + 'pythonhosted', 'download\\.' + 'pytorch'];
    expect(committedLinesWith(`(^|[^[:alnum:]_.])(${machine.join('|')})|${hosts.join('|')}`)).toEqual([]);
  });
});

function mayImport(from: string, to: string): boolean {
  if (NEIGHBOURS.some(([a, b]) => a === from && b === to)) return true;
  return layerOf(to) < layerOf(from);
}

const layerOf = (folder: string): number => LAYERS.findIndex((layer) => layer.includes(folder));

/** `src/plan/task.ts` → plan, `envs/lease.ts` → envs; '' for the files directly in src, which wire everything. */
function folderOf(file: string): string {
  const [top = '', second = ''] = file.split('/');
  if (top !== 'src') return top;
  return file.split('/').length > 2 ? second : '';
}

function packageOf(specifier: string): string | null {
  if (specifier.startsWith('.') || specifier.startsWith('node:') || specifier === 'imu') return null;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

const isTest = (file: string): boolean => /\.test\.tsx?$/.test(file);

function sourceFiles(): string[] {
  const folders = ['src', 'envs', 'experiments'].filter((folder) => existsSync(path.join(ROOT, folder)));
  return folders.flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), {recursive: true, encoding: 'utf8'})
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => path.posix.join(folder, name)),
  );
}

/** Static, dynamic and re-exporting imports; in our style each names its module in single quotes. */
function importsOf(file: string): Import[] {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  const statements = text.matchAll(/(?:^(?:import|export)\b[^'"`;]*?from |^import |\bimport\()'([^']+)'/gm);
  return [...statements].map(([, specifier = '']) => ({file, specifier}));
}

/** `file:line` of each match of an extended regular expression; none outside of a checkout. */
function committedLinesWith(pattern: string): string[] {
  if (!existsSync(path.join(ROOT, '.git'))) return [];
  try {
    const found = execFileSync('git', ['grep', '-nIE', pattern], {cwd: ROOT, encoding: 'utf8'});
    return found
      .trim()
      .split('\n')
      .map((line) => line.slice(0, 160));
  } catch (thrown) {
    // 1 means that nothing was found.
    if ((thrown as {status?: number}).status === 1) return [];
    throw thrown;
  }
}
