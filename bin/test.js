#!/usr/bin/env node
// `npm test`: sets up what is missing, then runs every check and test, and ends with one line that adds them up.
import {spawn} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import {buildApp} from './build.js';
import {findNode} from './findNode.js';
import {installPackages} from './installPackages.js';
import {sayAndExit, Unready} from './say.js';
import {countPytest, countVitest} from './testCounts.js';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const GROUPS = ['lint', 'ts', 'py'];

try {
  const groups = chosenGroups(process.argv.slice(2));
  await installPackages(root);
  const node = findNode(root);
  const python = groups.includes('lint') && groups.length === 1 ? null : await makeEnvironment(node);
  await runStages(stagesOf(node, python).filter((stage) => stage.groups.some((group) => groups.includes(group))));
} catch (error) {
  sayAndExit(error);
}

/** All groups, or the one after `--only`. */
function chosenGroups(words) {
  if (words.length === 0) return GROUPS;
  const only = words[0] === '--only' ? words[1] : words[0].replace(/^--only=/, '');
  if (GROUPS.includes(only) && words.length <= 2) return [only];
  throw new Unready(
    `npm test: ${words.join(' ')} is not understood.\n  Allowed: npm test, npm test -- --only ${GROUPS.join('|')}.`,
  );
}

/** Path of the Python that has what the tests need; null where it cannot be made (it has said why). */
async function makeEnvironment(node) {
  const app = path.join(await buildApp(root), 'src', 'cli', 'main.js');
  const {code, output} = await run(node, [app, 'env', 'make', 'cpu', '--test'], {keepOutput: true});
  return code === 0 ? output.trim() : null;
}

/** In the order they run. `count` reads the runner's own report; a stage without one is one check. */
function stagesOf(node, python) {
  const reports = fs.mkdtempSync(path.join(os.tmpdir(), 'imu-test-'));
  process.on('exit', () => fs.rmSync(reports, {recursive: true, force: true}));
  const bin = (name) => path.join(root, 'node_modules', '.bin', name);
  const tool = (name, ...args) => [node, [bin(name), ...args], {}];
  const vitest = path.join(reports, 'vitest.json');
  const pytest = path.join(reports, 'pytest.xml');
  const env = python === null ? {} : {IMU_PYTHON: python};
  const inPy = {cwd: path.join(root, 'py')};
  return [
    {name: 'lint', groups: ['lint'], command: tool('biome', 'check')},
    {name: 'types', groups: ['lint', 'ts'], command: tool('tsc', '-p', 'tsconfig.json')},
    {
      name: 'vitest',
      groups: ['ts'],
      command: [
        node,
        [bin('vitest'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${vitest}`],
        {env},
      ],
      count: () => countVitest(fs.readFileSync(vitest, 'utf8')),
    },
    {name: 'ruff', groups: ['py'], command: python && [python, ['-m', 'ruff', 'check', '.'], inPy]},
    {
      name: 'pytest',
      groups: ['py'],
      command: python && [python, ['-m', 'pytest', '-q', 'tests', `--junitxml=${pytest}`], inPy],
      count: () => countPytest(fs.readFileSync(pytest, 'utf8')),
    },
  ];
}

async function runStages(stages) {
  const total = {passed: 0, failed: 0, skipped: 0};
  for (const stage of stages) {
    process.stdout.write(`\n── ${stage.name}\n`);
    const start = Date.now();
    const code = await runStage(stage);
    const counts = countStage(stage, code);
    for (const key of Object.keys(total)) total[key] += counts[key];
    const verdict = counts.failed === 0 ? 'ok' : 'FAILED';
    process.stdout.write(`── ${stage.name}: ${verdict}, ${((Date.now() - start) / 1000).toFixed(1)} s\n`);
  }
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed${skipped}\n`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}

async function runStage({name, command}) {
  if (command === null) {
    process.stdout.write(`${name} needs the Python environment, which could not be made\n`);
    return 1;
  }
  return (await run(...command)).code;
}

/** A stage that ends badly has failed at least once, whatever its report says, or when it left none. */
function countStage({count}, code) {
  let counts = {passed: 0, failed: 0, skipped: 0};
  try {
    if (count !== undefined) counts = count();
  } catch {
    counts.failed = 1;
  }
  return code === 0 || counts.failed > 0 ? counts : {...counts, failed: 1};
}

function run(command, args, {env = {}, cwd = root, keepOutput = false} = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      stdio: ['ignore', keepOutput ? 'pipe' : 'inherit', 'inherit'],
      env: {...process.env, PATH: `${path.dirname(findNode(root))}${path.delimiter}${process.env.PATH}`, ...env},
    });
    let output = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (signal === 'SIGINT' || code === 130) process.exit(130);
      resolve({code: code ?? 1, output});
    });
  });
}
