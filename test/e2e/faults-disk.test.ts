/** The disk of the installation is full: what is asked for is refused in words, services go on, and nothing that was acknowledged is lost. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program, QUICK } from './rig/example-service.ts';
import { Installation } from './rig/installation.ts';
import { eventually } from './rig/patience.ts';

const SIZE = '48m';

/** A small disk of memory, where this user may mount one. */
function smallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
}

const disk = process.platform === 'linux' ? smallDisk() : undefined;

function fill(path: string): void {
  const file = openSync(path, 'w');
  const block = Buffer.alloc(4096, 1);
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
}

(disk === undefined ? describe.skip : describe)('a full disk (only where a tmpfs can be mounted)', () => {
  let at: Installation;
  beforeAll(async () => {
    at = await Installation.start({ folder: disk });
  }, 60_000);
  afterAll(async () => {
    await at?.close();
    execFileSync('umount', [disk ?? '']);
    rmSync(disk ?? '', { recursive: true });
  }, 60_000);

  it('refuses in words, goes on serving, and takes up work once there is room', async () => {
    const repository = await at.deployed('full', QUICK);
    const endpoint = await at.endpoint('full');
    const load = await at.load('full');
    repository.write({ 'full/server.js': program({ says: 'two' }) });
    const push = repository.push('two');
    const filler = join(at.folder, 'filler');
    fill(filler);
    expect(statfsSync(at.folder).bavail).toBe(0);
    const refused = await at.client.webhook(repository, push, { delivery: 'when-full' });
    expect([refused.status, refused.text]).toEqual([expect.any(Number), expect.stringMatching(/room|disk|space/i)]);
    expect(refused.status).toBe(507);
    expect(await fetch(endpoint).then(async (answer) => answer.text())).toBe('one');
    expect((await at.client.ask('GET', '/v1/services/full')).status).toBe(200);
    rmSync(filler);
    // The git host delivers again what was not acknowledged.
    await eventually('acknowledged', async () => (await at.client.webhook(repository, push, { delivery: 'when-full' })).status < 300);
    const [id = ''] = (await at.client.decided('when-full')).admitted;
    expect((await at.client.over(id)).status.kind).toBe('succeeded');
    await load.stop();
    expect({ failures: load.failures, answers: [...load.answers.keys()] }).toEqual({ failures: [], answers: ['one', 'two'] });
  }, 120_000);
});
