/** What every artifact store must do; run on each adapter. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Digest } from '../../src/domain/ids.ts';
import type { ArtifactStore } from '../../src/ports/artifacts.ts';
import { type RawEntry, writeTar } from '../unit/adapters/local/tar-file.ts';

export interface ArtifactStoreUnderTest {
  readonly store: ArtifactStore;
  /** Changes one byte of what is stored, behind the store's back. */
  readonly damage: (digest: Digest) => void | Promise<void>;
  readonly close: () => void | Promise<void>;
}

const UNKNOWN = Digest.parse(`sha256:${'0'.repeat(64)}`);

const HOSTILE: readonly (readonly [string, readonly RawEntry[], string])[] = [
  ['an absolute path', [{ path: '/tmp/slipway-escape', content: 'x' }], '/tmp/slipway-escape'],
  ['a path with ..', [{ path: 'a/../../escape', content: 'x' }], 'a/../../escape'],
  ['a backslash path', [{ path: '..\\escape', content: 'x' }], 'escape'],
  ['an absolute symlink', [{ path: 'etc', type: 'SymbolicLink', linkpath: '/etc' }], 'etc'],
  ['a symlink with .. to the outside', [{ path: 'a/up', type: 'SymbolicLink', linkpath: '../../x' }], 'a/up'],
  ['a write through a symlink', [{ path: 'd', type: 'SymbolicLink', linkpath: 'e' }, { path: 'd/file', content: 'x' }], 'd/file'],
  ['a folder replaced by a symlink', [{ path: 'd/file', content: 'x' }, { path: 'd', type: 'SymbolicLink', linkpath: 'e' }], 'd'],
  ['a symlink out through another one', [{ path: 'a/b/c/root', type: 'SymbolicLink', linkpath: '../../..' }, { path: 'out', type: 'SymbolicLink', linkpath: 'a/b/c/root/../x' }], 'out'],
  ['a circle of symlinks', [{ path: 'one', type: 'SymbolicLink', linkpath: 'two' }, { path: 'two', type: 'SymbolicLink', linkpath: 'one' }], 'one'],
  ['a hard link', [{ path: 'a', content: 'x' }, { path: 'b', type: 'Link', linkpath: 'a' }], 'b'],
  ['a device', [{ path: 'null', type: 'CharacterDevice' }], 'null'],
  ['a pipe', [{ path: 'fifo', type: 'FIFO' }], 'fifo'],
  ['a file that is there twice', [{ path: 'a', content: '1' }, { path: './a', content: '2' }], 'a'],
  ['its own folder as a link', [{ path: '.', type: 'SymbolicLink', linkpath: 'x' }], 'folder'],
];

export function artifactStoreContract(name: string, open: () => ArtifactStoreUnderTest | Promise<ArtifactStoreUnderTest>): void {
  describe(`artifact store contract: ${name}`, () => {
    let under: ArtifactStoreUnderTest;
    let work: string;
    beforeEach(async () => {
      work = mkdtempSync(join(tmpdir(), 'slipway-artifact-'));
      under = await open();
    });
    afterEach(async () => {
      await under.close();
      rmSync(work, { recursive: true, force: true });
    });
    const stored = async (entries: readonly RawEntry[]) => (await under.store.put(writeTar(join(work, 'in.tar.gz'), entries))).digest;

    it('names a file by the sha256 of its bytes, however often it is put', async () => {
      const file = join(work, 'file');
      writeFileSync(file, 'some bytes');
      const expected = `sha256:${createHash('sha256').update('some bytes').digest('hex')}`;
      const all = await Promise.all(Array.from({ length: 8 }, () => under.store.put(file)));
      expect(all).toEqual(all.map(() => ({ digest: expected, bytes: 10 })));
      expect(await under.store.has(Digest.parse(expected))).toBe(true);
      expect(await under.store.has(UNKNOWN)).toBe(false);
    });

    it('unpacks files, folders, modes and inner symlinks into a new or an empty folder', async () => {
      const digest = await stored([{ path: 'bin/run', content: '#!', mode: 0o4755 }, { path: 'empty/', type: 'Directory', mode: 0o755 }, { path: 'bin/alias', type: 'SymbolicLink', linkpath: '../bin/run' }]);
      mkdirSync(join(work, 'empty'));
      for (const folder of ['new', 'empty']) {
        await under.store.unpack(digest, join(work, folder));
        expect(readdirSync(join(work, folder), { recursive: true }).map(String).sort()).toEqual(['bin', 'bin/alias', 'bin/run', 'empty']);
        expect(readFileSync(join(work, folder, 'bin/alias'), 'utf8')).toBe('#!');
      }
    });

    it.each(HOSTILE)('refuses %s and leaves nothing', async (_what, entries, named) => {
      const digest = await stored([{ path: 'good', content: 'x' }, ...entries]);
      await expect(under.store.unpack(digest, join(work, 'out'))).rejects.toMatchObject({ name: 'ArtifactRefused', message: expect.stringContaining(named) });
      expect(readdirSync(work)).toEqual(['in.tar.gz']);
      expect(existsSync('/tmp/slipway-escape')).toBe(false);
    });

    it('refuses what is no archive, or is cut off, and leaves nothing', async () => {
      const whole = readFileSync(writeTar(join(work, 'in.tar.gz'), [{ path: 'a', content: Buffer.alloc(100_000, 'abc') }]));
      for (const bytes of [Buffer.from('no archive at all, only some words'.repeat(50)), whole.subarray(0, whole.length - 60)]) {
        writeFileSync(join(work, 'in.tar.gz'), bytes);
        const { digest } = await under.store.put(join(work, 'in.tar.gz'));
        await expect(under.store.unpack(digest, join(work, 'out'))).rejects.toMatchObject({ name: 'ArtifactRefused' });
      }
      expect(readdirSync(work)).toEqual(['in.tar.gz']);
    });

    it('refuses stored bytes that no longer fit their digest, and takes them again', async () => {
      const digest = await stored([{ path: 'a', content: 'x' }]);
      await under.damage(digest);
      await expect(under.store.unpack(digest, join(work, 'out'))).rejects.toMatchObject({ name: 'ArtifactRefused' });
      expect(existsSync(join(work, 'out'))).toBe(false);
      await stored([{ path: 'a', content: 'x' }]);
      await under.store.unpack(digest, join(work, 'out'));
      expect(readFileSync(join(work, 'out/a'), 'utf8')).toBe('x');
    });

    it('unpacks nothing into a folder that holds something', async () => {
      const digest = await stored([{ path: 'a', content: 'x' }]);
      mkdirSync(join(work, 'out'));
      writeFileSync(join(work, 'out/mine'), '');
      await expect(under.store.unpack(digest, join(work, 'out'))).rejects.toMatchObject({ name: 'InvalidInput' });
      expect(readdirSync(join(work, 'out'))).toEqual(['mine']);
    });

    it('says NotFound for a digest that was never stored', async () => {
      await expect(under.store.unpack(UNKNOWN, join(work, 'out'))).rejects.toMatchObject({ name: 'NotFound' });
      await expect(under.store.tail(UNKNOWN, 10)).rejects.toMatchObject({ name: 'NotFound' });
    });

    it('gives the end of a log, never half a character', async () => {
      const file = join(work, 'log');
      writeFileSync(file, 'first line\nlast: grün');
      const { digest } = await under.store.put(file);
      expect(await under.store.tail(digest, 1000)).toBe('first line\nlast: grün');
      expect(await under.store.tail(digest, 2)).toBe('n');
      expect(await under.store.tail(digest, 3)).toBe('ün');
      expect(await under.store.tail(digest, 0)).toBe('');
    });
  });
}
