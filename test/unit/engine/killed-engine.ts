/**
 * A process that runs an engine until all its executions have ended, or until it kills itself with SIGKILL at its n-th point.
 * Points are: a function begins, a function ends (before its answer is journaled), an event has just been journaled.
 * Arguments: folder, point (0 for never). Appends to `log`: `run <key>` and, once journaled, `done <key>`.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEngine, type Engine } from '../../../src/engine/index.ts';
import { KILL_EXECUTIONS, KILL_MACHINES } from './killed-machines.ts';

const [folder = '', point = '0'] = process.argv.slice(2);
const log = path.join(folder, 'log');
const tokens = path.join(folder, 'tokens');
let left = Number(point);
const reach = (act: () => void = () => process.kill(process.pid, 'SIGKILL')): void => {
  left -= 1;
  if (left === 0) act();
};

const answer = async (engine: Engine, token: string): Promise<void> => {
  await engine.succeedTask(token, 'approved').catch((refused: Error) => { if (refused.name !== 'TokenRefused') throw refused; });
};

const invoke = async (_name: string, payload: unknown): Promise<unknown> => {
  const { key, token, retries } = payload as { key: string; token?: string; retries?: number };
  appendFileSync(log, `run ${key}${retries === undefined ? '' : `#${retries}`}\n`);
  reach();
  await sleep(1);
  // The answer is journaled in an immediate that comes after this one: so this dies with the answer in memory only.
  reach(() => { setImmediate(() => process.kill(process.pid, 'SIGKILL')); });
  if (retries === 0) throw Object.assign(new Error('first time'), { name: 'Flaky' });
  if (token !== undefined) {
    appendFileSync(tokens, `${token}\n`);
    setTimeout(() => { void answer(engine, token); }, 3);
  }
  return key;
};

const engine = createEngine({
  clock: { now: () => Date.now() }, ids: { next: () => randomBytes(16).toString('hex') }, database: path.join(folder, 'engine.db'), machines: KILL_MACHINES, invoke,
  onTransition: ({ type, detail }) => {
    if (type === 'TaskSucceeded' || type === 'TaskSubmitted') {
      const { Payload } = Object((detail as { output: unknown }).output) as { Payload?: unknown };
      if (typeof Payload === 'string') appendFileSync(log, `done ${Payload}\n`);
    }
    reach();
  },
});
await engine.recover();
for (const name of KILL_EXECUTIONS) await engine.start({ machine: 'main', name, input: {} });
if (existsSync(tokens)) for (const token of readFileSync(tokens, 'utf8').split('\n').filter(Boolean)) await answer(engine, token);
while ((await engine.list({ machine: 'main', status: 'RUNNING' })).length > 0) await sleep(5);
await engine.close();
