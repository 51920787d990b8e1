/** The demo ended by Ctrl-C in its middle: nothing stays running. */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { processTable } from '../../src/targets/process/process-table/index.ts';

const ROOT = join(import.meta.dirname, '..', '..');

let running: ReturnType<typeof spawn> | undefined;

/** The demo clears up after SIGTERM: nothing of a test that has failed stays behind. */
afterEach(async () => {
  if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
  const ended = new Promise((resolve) => running?.once('exit', resolve));
  running.kill('SIGTERM');
  await ended;
}, 60_000);

it('ends everything it has started, keeps the directory, and exits with 130', async () => {
  const child = spawn(process.execPath, [join(ROOT, 'scripts', 'demo.ts')], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  running = child;
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let said = '';
  let seen = 0;
  let directory = '';
  for await (const chunk of child.stdout) {
    said += String(chunk);
    directory ||= /in (\S*slipway-demo-\S+)/.exec(said)?.[1] ?? '';
    // The first tests have passed, so instances run.
    if (seen > 0 || !said.includes(' passed')) continue;
    expect(directory).not.toBe('');
    seen = (await processTable().marked(join(directory, 'slipway', 'instances'))).length;
    child.kill('SIGINT');
  }
  expect(await ended).toBe(130);
  expect(said).toContain('ended by SIGINT');
  expect(seen).toBeGreaterThan(0);
  expect(said).toContain(`Everything is kept in ${directory}`);
  expect(await processTable().marked(join(directory, 'slipway', 'instances'))).toEqual([]);
  rmSync(directory, { recursive: true, force: true });
}, 180_000);
