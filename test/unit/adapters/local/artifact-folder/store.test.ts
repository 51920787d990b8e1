import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createArtifactFolder } from '../../../../../src/adapters/local/artifact-folder.ts';
import { diskFault } from '../../../../../src/adapters/archive-rules/disk-fault.ts';
import type { Digest } from '../../../../../src/domain/ids.ts';

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'slipway-folder-'));
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

const file = (content: string): string => {
  writeFileSync(join(work, content), content);
  return join(work, content);
};
const pathOf = (digest: Digest) => join(work, 'store/sha256', digest.slice(7, 9), digest.slice(7));

describe('createArtifactFolder', () => {
  it('keeps files read-only and leaves nothing else behind', async () => {
    const store = createArtifactFolder({ directory: join(work, 'store') });
    const { digest } = await store.put(file('one'));
    expect(statSync(pathOf(digest)).mode & 0o222).toBe(0);
    expect(readdirSync(join(work, 'store/incoming'))).toEqual([]);
  });

  it('collects only what is old and referenced by nothing, and what a killed put has left', async () => {
    const store = createArtifactFolder({ directory: join(work, 'store') });
    const [kept, old, young] = await Promise.all(['kept', 'old', 'young'].map(async (name) => (await store.put(file(name))).digest));
    if (kept === undefined || old === undefined || young === undefined) throw new Error('not stored');
    const past = new Date(Date.now() - 86_400_000);
    writeFileSync(join(work, 'store/incoming/half'), 'half a file');
    for (const path of [pathOf(kept), pathOf(old), join(work, 'store/incoming/half')]) utimesSync(path, past, past);
    expect(await store.collect(new Set([kept]), Date.now() - 3_600_000)).toEqual([old]);
    expect(await Promise.all([kept, old, young].map((digest) => store.has(digest)))).toEqual([true, false, true]);
    expect(existsSync(join(work, 'store/incoming/half'))).toBe(false);
  });

  it('does not collect what was put again a moment ago', async () => {
    const store = createArtifactFolder({ directory: join(work, 'store') });
    const { digest } = await store.put(file('again'));
    const past = new Date(Date.now() - 86_400_000);
    utimesSync(pathOf(digest), past, past);
    await store.put(join(work, 'again'));
    expect(await store.collect(new Set(), Date.now() - 3_600_000)).toEqual([]);
  });

  it('refuses a file over its limit, a folder and a pipe', async () => {
    const store = createArtifactFolder({ directory: join(work, 'store'), settings: { bytes: 5 } });
    await expect(store.put(file('123456'))).rejects.toMatchObject({ name: 'LimitExceeded' });
    expect(readdirSync(join(work, 'store/incoming'))).toEqual([]);
    mkdirSync(join(work, 'folder'));
    await expect(store.put(join(work, 'folder'))).rejects.toMatchObject({ name: 'InvalidInput' });
  });

  it('refuses a digest that would name another path', async () => {
    const store = createArtifactFolder({ directory: join(work, 'store') });
    await expect(store.has('sha256:../../etc/passwd' as Digest)).rejects.toThrow();
  });
});

describe('diskFault', () => {
  it.each(['ENOSPC', 'EDQUOT', 'EFBIG'])('makes %s a StorageFull, also behind another error', (code) => {
    const full = Object.assign(new Error('write'), { code });
    expect(diskFault(full, 'store it')).toMatchObject({ name: 'StorageFull' });
    expect(diskFault(new Error('pipeline', { cause: full }), 'store it')).toMatchObject({ name: 'StorageFull' });
  });
  it('leaves other errors as they are', () => {
    const other = Object.assign(new Error('open'), { code: 'EACCES' });
    expect(diskFault(other, 'store it')).toBe(other);
  });
});
