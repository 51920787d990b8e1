import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimProcess, livingProcess } from '../../../src/main/pid-file.ts';

describe('the claim of a part', () => {
  let folder: string;
  let path: string;
  const sleepers: ChildProcess[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-claim-'));
    path = join(folder, 'supervisor');
  });
  afterEach(async () => {
    await Promise.all(sleepers.splice(0).map(end));
    rmSync(folder, { recursive: true, force: true });
  });
  const sleeper = (): number => {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    sleepers.push(child);
    return child.pid ?? 0;
  };
  const end = async (child: ChildProcess | undefined): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  const byPid = (pid: number) => sleepers.find((child) => child.pid === pid);

  it('is given to one of many that try at once, and the others hear to whom', async () => {
    const pids = Array.from({ length: 12 }, sleeper);
    const answers = await Promise.all(pids.map((pid) => claimProcess(path, pid)));
    const winners = pids.filter((_pid, index) => answers[index] === undefined);
    expect(winners).toHaveLength(1);
    expect(answers.filter((answer) => answer !== undefined).map((answer) => answer?.pid)).toEqual(Array.from({ length: 11 }, () => winners[0]));
  });

  it('is given again once its process has ended, to one of many again', async () => {
    const first = sleeper();
    await claimProcess(path, first);
    await end(byPid(first));
    const pids = Array.from({ length: 12 }, sleeper);
    const answers = await Promise.all(pids.map((pid) => claimProcess(path, pid)));
    expect(answers.filter((answer) => answer === undefined)).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(['supervisor.claim.2']);
  });

  it('survives a claim that was cut off in the middle of its writing', async () => {
    writeFileSync(`${path}.claim.7`, '{"pid": 12');
    expect(await claimProcess(path, sleeper())).toBeUndefined();
    expect(readdirSync(folder)).toEqual(['supervisor.claim.8']);
  });

  it('of a process that has the same number as one that ended is another one\'s', async () => {
    const pid = sleeper();
    writeFileSync(path, JSON.stringify({ pid, startedAt: 'the last boot/1' }));
    expect(await livingProcess(path)).toBeUndefined();
  });
});
