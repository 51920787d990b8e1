import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { KILL_EXECUTIONS, KILL_MACHINES } from './killed-machines.ts';
import { running } from './running.ts';

const SCRIPT = fileURLToPath(new URL('killed-engine.ts', import.meta.url));
const KILLS_MAX = 16;

const runUntilItDies = (folder: string, point: number): Promise<{ code: number | null; signal: string | null; errors: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [SCRIPT, folder, String(point)], { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (text: Buffer) => { errors += text.toString(); });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, errors }));
  });

/** A small generator, so that a run can be repeated from its seed: https://en.wikipedia.org/wiki/Linear_congruential_generator */
const points = (seed: number) => (): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return 1 + (seed >>> 8) % 40;
};

describe('kill -9 at seeded points', () => {
  it.each([20_261, 4711])('runs no finished state again and ends every execution (seed %i)', async (seed) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'engine-kill-'));
    const next = points(seed);
    let kills = 0;
    for (;;) {
      const { code, signal, errors } = await runUntilItDies(folder, kills < KILLS_MAX ? next() : 0);
      if (signal !== 'SIGKILL') {
        expect([code, errors.replaceAll(/.*Warning.*\n|\(Use .*\n/g, '')]).toEqual([0, '']);
        break;
      }
      kills += 1;
    }
    expect(kills).toBeGreaterThan(10);

    const done = new Set<string>();
    const runs = new Map<string, number>();
    for (const line of readFileSync(path.join(folder, 'log'), 'utf8').trim().split('\n')) {
      const [what = '', key = ''] = line.split(' ');
      if (what === 'done') done.add(key);
      else {
        expect([key, done.has(key.replace(/#\d$/, ''))]).toEqual([key, false]);
        runs.set(key, (runs.get(key) ?? 0) + 1);
      }
    }
    expect(Math.max(...runs.values())).toBeLessThanOrEqual(1 + kills);
    // A retry that was counted stays counted: the second attempt never sees 0 again, and there is no third.
    expect([...runs.keys()].filter((key) => key.includes('#')).map((key) => String(key.split('#')[1])).sort()).toEqual([...KILL_EXECUTIONS.map(() => '0'), ...KILL_EXECUTIONS.map(() => '1')]);

    const { engine } = running({ machines: KILL_MACHINES, database: path.join(folder, 'engine.db') });
    for (const name of KILL_EXECUTIONS) {
      expect(await engine.describe('main', name)).toMatchObject({ status: 'SUCCEEDED', output: { began: `${name}.first`, both: [`${name}-child.12`, `${name}.flaky`, 'approved'] } });
      const history = await engine.history('main', name, { limit: 1000 });
      expect(history.map(({ id }) => id)).toEqual(history.map((_, index) => index + 1));
      const succeeded = history.filter(({ type }) => type === 'TaskSucceeded').map(({ state }) => String(state)).sort();
      expect(succeeded).toEqual(['Ask', 'First', 'Flaky', 'Nested', 'One', 'One', 'One', 'Two', 'Two', 'Two']);
      // A token may be answered before its request is journaled as taken; nothing is journaled as taken twice.
      expect(['Ask,Nested', 'Nested']).toContain(history.filter(({ type }) => type === 'TaskSubmitted').map(({ state }) => String(state)).sort().join());
    }
    await engine.close();
    rmSync(folder, { recursive: true });
  }, 180_000);
});
