import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { packDirectory } from '../../../../src/adapters/archive-rules/pack.ts';
import { extractArchive } from '../../../../src/adapters/archive-rules/extract.ts';
import { writeTar } from '../local/tar-file.ts';

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'slipway-pack-'));
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

const fill = (folder: string, order: 1 | -1, when: Date): string => {
  const root = join(work, folder);
  const deep = `deep/${'long-name-'.repeat(14)}`;
  const files = { 'a/b.txt': 'hello', 'a-b': 'beside', 'grün.txt': 'umlaut', [deep]: 'long', 'run.sh': '#!/bin/sh\n', empty: '' };
  for (const [name, content] of Object.entries(files).sort(([one], [other]) => (one < other ? -order : order))) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), content, { mode: order === 1 ? 0o600 : 0o666 });
    utimesSync(join(root, name), when, when);
  }
  chmodSync(join(root, 'run.sh'), order === 1 ? 0o700 : 0o755);
  mkdirSync(join(root, 'hollow'), { mode: order === 1 ? 0o700 : 0o755 });
  symlinkSync('../a/b.txt', join(root, 'a/link'));
  return root;
};

describe('packDirectory', () => {
  it('gives the same bytes for the same tree, whatever its times, permissions and order of creation', async () => {
    await packDirectory(fill('one', 1, new Date(0)), join(work, 'one.tgz'));
    await packDirectory(fill('two', -1, new Date()), join(work, 'two.tgz'));
    expect(readFileSync(join(work, 'one.tgz')).equals(readFileSync(join(work, 'two.tgz')))).toBe(true);
    writeFileSync(join(work, 'two/a/b.txt'), 'hullo');
    await packDirectory(join(work, 'two'), join(work, 'three.tgz'));
    expect(readFileSync(join(work, 'one.tgz')).equals(readFileSync(join(work, 'three.tgz')))).toBe(false);
  });

  it('is read by the system tar with owner 0, time 0 and plain modes', async () => {
    await packDirectory(fill('one', 1, new Date()), join(work, 'one.tgz'));
    const listing = execFileSync('tar', ['-tvzf', join(work, 'one.tgz'), '--numeric-owner'], { encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } });
    expect(listing).toMatch(/^-rwxr-xr-x +0[/ ].*1970.* run\.sh$/m);
    expect(listing).toMatch(/^-rw-r--r-- +0[/ ].*1970.* a\/b\.txt$/m);
    expect(listing).toMatch(/^drwxr-xr-x +0[/ ].*1970.* hollow\/$/m);
  });

  it('comes back as it was, long and non-ASCII names and hard links as files included', async () => {
    const root = fill('one', 1, new Date());
    linkSync(join(root, 'a-b'), join(root, 'z-hard'));
    await packDirectory(root, join(work, 'one.tgz'));
    await extractArchive({ path: join(work, 'one.tgz') }, join(work, 'back'));
    const list = (folder: string) => readdirSync(folder, { recursive: true }).map(String).sort();
    expect(list(join(work, 'back'))).toEqual(list(root));
    expect(readFileSync(join(work, 'back/z-hard'), 'utf8')).toBe('beside');
    expect(readFileSync(join(work, 'back/grün.txt'), 'utf8')).toBe('umlaut');
    expect(readlinkSync(join(work, 'back/a/link'))).toBe('../a/b.txt');
    expect(statSync(join(work, 'back/run.sh')).mode & 0o100).toBe(0o100);
    expect(statSync(join(work, 'back/a-b')).mode & 0o111).toBe(0);
  });

  it('brings back an empty folder', async () => {
    mkdirSync(join(work, 'in'));
    expect(await packDirectory(join(work, 'in'), join(work, 'tgz'))).toEqual({ entries: 0 });
    await extractArchive({ path: join(work, 'tgz') }, join(work, 'out'));
    expect(readdirSync(join(work, 'out'))).toEqual([]);
  });

  it('brings back any tree of files', async () => {
    const name = fc.stringMatching(/^[a-z][a-zA-Z0-9 _.-]{0,120}$/);
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, fc.uint8Array({ maxLength: 2000 }), { maxKeys: 12 }), async (files) => {
        const root = mkdtempSync(join(work, 'any-'));
        mkdirSync(join(root, 'in'));
        const distinct = Object.entries(files).filter(([one], at, all) => all.findIndex(([other]) => other.toLowerCase() === one.toLowerCase()) === at);
        for (const [file, bytes] of distinct) writeFileSync(join(root, 'in', file), bytes);
        await packDirectory(join(root, 'in'), join(root, 'tgz'));
        await extractArchive({ path: join(root, 'tgz') }, join(root, 'out'));
        expect(readdirSync(join(root, 'out')).sort()).toEqual(distinct.map(([file]) => file).sort());
        for (const [file, bytes] of distinct) expect(readFileSync(join(root, 'out', file)).equals(Buffer.from(bytes))).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it.each([
    ['/etc/passwd', 'out'],
    ['../secret', 'out'],
    ['../../../../../../etc', 'out'],
    ['sub/../../x', 'out'],
  ])('refuses a symlink to %s', async (target, name) => {
    mkdirSync(join(work, 'in/sub'), { recursive: true });
    symlinkSync(target, join(work, 'in', name));
    await expect(packDirectory(join(work, 'in'), join(work, 'tgz'))).rejects.toMatchObject({ name: 'ArtifactRefused', message: expect.stringContaining(name) });
    expect(readdirSync(work)).toEqual(['in']);
  });

  it('refuses a socket', async () => {
    mkdirSync(join(work, 'in'));
    const server = createServer().listen(join(work, 'in/sock'));
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      await expect(packDirectory(join(work, 'in'), join(work, 'tgz'))).rejects.toMatchObject({ name: 'ArtifactRefused', message: expect.stringContaining('sock') });
    } finally {
      server.close();
    }
  });

  it('keeps to its limits, packing and unpacking', async () => {
    mkdirSync(join(work, 'in'));
    for (const name of ['a', 'b', 'c']) writeFileSync(join(work, 'in', name), Buffer.alloc(1000));
    const few = { entries: 2, bytes: 1e6 };
    const small = { entries: 10, bytes: 2999 };
    await expect(packDirectory(join(work, 'in'), join(work, 'tgz'), few)).rejects.toMatchObject({ name: 'LimitExceeded' });
    await expect(packDirectory(join(work, 'in'), join(work, 'tgz'), small)).rejects.toMatchObject({ name: 'LimitExceeded' });
    await packDirectory(join(work, 'in'), join(work, 'tgz'), { entries: 3, bytes: 3000 });
    await expect(extractArchive({ path: join(work, 'tgz') }, join(work, 'out'), few)).rejects.toMatchObject({ name: 'LimitExceeded' });
    await expect(extractArchive({ path: join(work, 'tgz') }, join(work, 'out'), small)).rejects.toMatchObject({ name: 'LimitExceeded' });
    expect(readdirSync(work).sort()).toEqual(['in', 'tgz']);
  });

  it('stops at a small archive that unpacks to too much', async () => {
    const bomb = writeTar(join(work, 'bomb'), [{ path: 'zeros', content: Buffer.alloc(20_000_000) }]);
    expect(statSync(bomb).size).toBeLessThan(100_000);
    await expect(extractArchive({ path: bomb }, join(work, 'out'), { entries: 10, bytes: 1_000_000 })).rejects.toMatchObject({ name: 'LimitExceeded' });
    expect(readdirSync(work)).toEqual(['bomb']);
  });

  it('takes off set-user-id bits', async () => {
    writeTar(join(work, 'tgz'), [{ path: 'root', content: 'x', mode: 0o6777 }]);
    await extractArchive({ path: join(work, 'tgz') }, join(work, 'out'));
    expect(statSync(join(work, 'out/root')).mode & 0o7022).toBe(0);
  });
});
