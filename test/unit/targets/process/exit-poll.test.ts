import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as after } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import { createExitPoll, type ExitPoll } from '../../../../src/targets/process/exit-poll.ts';
import { processTable } from '../../../../src/targets/process/process-table/index.ts';

const table = processTable();
const children: ChildProcess[] = [];
let poll: ExitPoll;
afterEach(() => {
  poll.close();
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function child(): Promise<{ pid: number; end: () => Promise<unknown> }> {
  const made = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
  children.push(made);
  const gone = once(made, 'exit');
  return { pid: made.pid ?? 0, end: () => (made.kill('SIGKILL'), gone) };
}
const isOver = async (over: Promise<void>): Promise<boolean> => Promise.race([over.then(() => true), after(200, false)]);

it('tells the end of each process that is followed, and of no other', async () => {
  poll = createExitPoll(table, 10);
  const [one, other] = [await child(), await child()];
  const ends = [poll.over({ pid: one.pid, identity: (await table.identity(one.pid)) ?? '' }), poll.over({ pid: other.pid })] as const;
  expect(await isOver(ends[0])).toBe(false);
  await one.end();
  await ends[0];
  expect(await isOver(ends[1])).toBe(false);
  await other.end();
  await ends[1];
});

it('takes a later process with the same number for another', async () => {
  poll = createExitPoll(table, 10);
  const { pid } = await child();
  await poll.over({ pid, identity: 'an earlier one' });
});

it('knows no end while it cannot look, also of one whose identity was never seen', async () => {
  let isBlind = true;
  poll = createExitPoll({ identity: async (pid) => (isBlind ? Promise.reject(new Error('EMFILE')) : table.identity(pid)) }, 10);
  const { pid, end } = await child();
  const over = poll.over({ pid });
  expect(await isOver(over)).toBe(false);
  isBlind = false;
  expect(await isOver(over)).toBe(false);
  await end();
  await over;
});

it('tells nothing any more once it is closed', async () => {
  poll = createExitPoll(table, 10);
  const { pid, end } = await child();
  const over = poll.over({ pid });
  poll.close();
  await end();
  expect(await isOver(over)).toBe(false);
});
