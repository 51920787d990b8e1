import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createSecretFolder } from '../../../../src/adapters/local/secret-folder.ts';

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'slipway-secret-'));
  mkdirSync(join(work, 'secrets'));
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

const plant = (reference: string, value: string | Buffer, mode = 0o600): void => {
  const path = join(work, 'secrets', reference);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, value);
  chmodSync(path, mode);
};
const resolve = (reference: string) => createSecretFolder({ directory: join(work, 'secrets') }).resolve(reference);

describe('createSecretFolder', () => {
  it('gives a value without one trailing newline', async () => {
    plant('plain', 'pa ss\n\n');
    plant('team/catalog/db', 'line one\nline two\r\n', 0o400);
    expect(await resolve('plain')).toBe('pa ss\n');
    expect(await resolve('team/catalog/db')).toBe('line one\nline two');
  });

  it.each([0o644, 0o640, 0o666, 0o700, 0o4600])('refuses mode %o, says chmod, and does not say the value', async (mode) => {
    plant('open', 'the-value', mode);
    const error = await resolve('open').catch((error: unknown) => error as Error);
    expect(error).toMatchObject({ name: 'Forbidden', message: expect.stringContaining('chmod 600') });
    expect(String(error) + JSON.stringify(error)).not.toContain('the-value');
  });

  it.each(['../outside', 'a/../../outside', '/etc/passwd', 'a//b', './a', '', 'a b', 'a\0b', '..', 'x'.repeat(201)])('refuses the reference %j', async (reference) => {
    writeFileSync(join(work, 'outside'), 'x', { mode: 0o600 });
    await expect(resolve(reference)).rejects.toMatchObject({ name: 'InvalidInput' });
  });

  it('refuses symlinks, as the file and on the way', async () => {
    mkdirSync(join(work, 'elsewhere'));
    writeFileSync(join(work, 'elsewhere/key'), 'x', { mode: 0o600 });
    symlinkSync(join(work, 'elsewhere/key'), join(work, 'secrets/file'));
    symlinkSync(join(work, 'elsewhere'), join(work, 'secrets/folder'));
    await expect(resolve('file')).rejects.toMatchObject({ name: 'Forbidden' });
    await expect(resolve('folder/key')).rejects.toMatchObject({ name: 'Forbidden' });
  });

  it('says NotFound with the reference for nothing, a folder, a pipe', async () => {
    mkdirSync(join(work, 'secrets/folder'));
    execFileSync('mkfifo', ['-m', '600', join(work, 'secrets/pipe')]);
    for (const reference of ['nothing', 'no/such', 'folder', 'pipe']) await expect(resolve(reference)).rejects.toMatchObject({ name: 'NotFound', message: expect.stringContaining(reference) });
  });

  it('takes 64 KiB and not a byte more, and only text', async () => {
    plant('full', 'x'.repeat(65_536));
    plant('over', 'x'.repeat(65_537));
    plant('binary', Buffer.from([0xff, 0xfe, 0x41]));
    plant('zero', 'a\0b');
    plant('empty', '\n');
    expect(await resolve('full')).toHaveLength(65_536);
    await expect(resolve('over')).rejects.toMatchObject({ name: 'LimitExceeded' });
    for (const reference of ['binary', 'zero', 'empty']) await expect(resolve(reference)).rejects.toMatchObject({ name: 'InvalidInput' });
  });
});
