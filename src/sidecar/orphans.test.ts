import {type ChildProcess, spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {afterAll, expect, test} from 'vitest';
import {testInterpreter} from './fixtures/testInterpreter.ts';

const folder = mkdtempSync(join(tmpdir(), 'imu-orphans-'));
afterAll(() => rmSync(folder, {recursive: true}));

// Each parent holds one sidecar of either transport, both in a kernel that hangs.
test.concurrent.each([
  ['is killed', (parent: ChildProcess): unknown => parent.kill('SIGKILL')],
  ['crashes', (parent: ChildProcess): unknown => parent.send('crash')],
  // As a terminal does: to every process of the group.
  ['is interrupted by Ctrl-C', ({pid = 0}: ChildProcess): unknown => process.kill(-pid, 'SIGINT')],
] as const)(
  'no sidecar outlives its parent when the parent %s',
  async (_how, end) => {
    const script = new URL('./fixtures/mortalParent.ts', import.meta.url).pathname;
    const parent = spawn(process.execPath, [script, testInterpreter(), folder], {
      stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
      detached: true,
    });
    const pids: number[] = JSON.parse(await firstLine(parent));
    expect(pids).toHaveLength(2);
    expect(pids.every(isAlive)).toBe(true);
    end(parent);
    // Two seconds on a machine at rest; what a busy one takes longer for is not a sidecar that stays.
    for (let waited = 0; waited < 10_000 && pids.some(isAlive); waited += 100) await setTimeout(100);
    expect(pids.filter(isAlive)).toEqual([]);
  },
  60_000,
);

async function firstLine({stdout}: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of stdout ?? []) {
    text += chunk;
    if (text.includes('\n')) break;
  }
  return text;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
