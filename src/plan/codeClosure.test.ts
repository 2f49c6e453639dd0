import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {codeClosure, findProjectRoot} from './codeClosure.ts';

const FILES: Record<string, string> = {
  'package.json': '{}',
  'src/a.ts': [
    `import {b} from './b.ts';`,
    `import type {T} from './typeOnly.ts';`,
    `export type {U} from './typeOnly.ts';`,
    `import {type V, w} from "../src/w.ts";`,
    'import {',
    "  one, // it's one",
    '  two,',
    `} from './many.ts';`,
    `export * from './star.ts';`,
    `import './effect.ts';`,
    `const late = () => import('./late.ts');`,
    `const data = new URL('./data.json', import.meta.url);`,
    `export type X = 1`,
    `import {y} from './y.ts'`,
    `// import './commented.ts'`,
    `import {z} from 'zod';`,
    `import {gone} from './gone.ts';`,
  ].join('\n'),
  'src/b.ts': `import {a} from './a.ts'; import {d} from './deep/d.js';`,
  'src/deep/d.ts': `import {suite} from 'imu';`,
  'src/index.ts': '',
  'src/w.ts': '',
  'src/many.ts': '',
  'src/star.ts': '',
  'src/effect.ts': '',
  'src/late.ts': '',
  'src/data.json': '{}',
  'src/y.ts': '',
  'src/commented.ts': '',
  'src/typeOnly.ts': '',
  'src/unrelated.ts': '',
  'py/imu_sidecar/__init__.py': 'from . import version',
  'py/imu_sidecar/version.py': '',
  'py/imu_sidecar/objectives/__init__.py': '',
  'py/imu_sidecar/objectives/npo.py': [
    'import math, torch',
    'from .base import (',
    '    loss,  # the (mean) loss',
    '    scale,',
    ')',
    'from ..models import (',
    '    gpt2,  # (a submodule)',
    '    decoder,',
    ')',
    'import imu_sidecar.edits.head as head',
    'from imu_sidecar.codec import encode, \\',
    '    decode',
    'def late():',
    '    from imu_sidecar import clock',
    "    importlib.import_module('imu_sidecar.named')",
  ].join('\n'),
  'py/imu_sidecar/objectives/base.py': '',
  'py/imu_sidecar/objectives/simnpo.py': '',
  'py/imu_sidecar/models/__init__.py': '',
  'py/imu_sidecar/models/gpt2.py': '',
  'py/imu_sidecar/models/decoder.py': '',
  'py/imu_sidecar/models/other.py': '',
  'py/imu_sidecar/edits/__init__.py': '',
  'py/imu_sidecar/edits/head.py': '',
  'py/imu_sidecar/codec.py': '',
  'py/imu_sidecar/clock.py': '',
  'py/imu_sidecar/named.py': '',
};

let root = '';

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'imu-closure-'));
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), {recursive: true});
    writeFileSync(join(root, path), text);
  }
});

afterAll(() => rmSync(root, {recursive: true}));

test('TypeScript: every form of import counts, however it is written, and those of types do not', () => {
  const reached = ['a', 'b', 'commented', 'deep/d', 'effect', 'index', 'late', 'many', 'star', 'w', 'y'];
  const expected = [...reached.map((name) => `src/${name}.ts`), 'src/data.json'].sort();
  expect(Object.keys(codeClosure(['src/a.ts'], root))).toEqual(expected);
});

test('Python: relative, absolute, bracketed, continued, late and named imports count, with every package on the way', () => {
  const reached = [
    ...['__init__', 'version', 'codec', 'clock', 'named', 'objectives/__init__', 'objectives/base', 'objectives/npo'],
    ...['models/__init__', 'models/gpt2', 'models/decoder', 'edits/__init__', 'edits/head'],
  ];
  const expected = reached.map((name) => `py/imu_sidecar/${name}.py`).sort();
  expect(Object.keys(codeClosure(['py/imu_sidecar/objectives/npo.py'], root))).toEqual(expected);
});

test('the closure of several roots is the union of their closures', () => {
  const both = codeClosure(['src/w.ts', 'py/imu_sidecar/codec.py'], root);
  expect(Object.keys(both)).toEqual([
    'py/imu_sidecar/__init__.py',
    'py/imu_sidecar/codec.py',
    'py/imu_sidecar/version.py',
    'src/w.ts',
  ]);
});

test('a root that does not exist is an error, not an empty closure', () => {
  expect(() => codeClosure(['src/nowhere.ts'], root)).toThrow('nowhere.ts');
});

test('the project root is found from the sources and from what is built of them', () => {
  const here = findProjectRoot();
  expect(findProjectRoot(join(here, 'dist', 'src', 'plan', 'codeClosure.js'))).toBe(here);
  expect(findProjectRoot(join(here, 'src', 'plan', 'codeClosure.ts'))).toBe(here);
});

test('the closures of this project reach what they import', () => {
  const closure = codeClosure(['src/schedule/runSuite.ts', 'src/plan/plan.ts']);
  expect(Object.keys(closure)).toContain('src/plan/key.ts');
});
