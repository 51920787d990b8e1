import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { unzipSync } from 'fflate';
import { codeOf } from '../../../../src/targets/lambda/code.ts';
import { zipFolder } from '../../../../src/targets/lambda/zip.ts';
import type { Digest } from '../../../../src/domain/ids.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-zip-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function fill(at: string, order: readonly string[] = ['index.js', 'bin/run', 'current']): Promise<string> {
  await mkdir(join(at, 'bin'), { recursive: true });
  for (const path of order) {
    if (path === 'current') await symlink('index.js', join(at, path));
    else await writeFile(join(at, path), `content of ${path}`);
  }
  await chmod(join(at, 'bin/run'), 0o755);
  await utimes(join(at, 'index.js'), Math.random() * 1e9, Math.random() * 1e9);
  return at;
}

/** Modes by name, from the central directory; APPNOTE 4.3.12. */
function modesOf(zip: Uint8Array): Record<string, number> {
  const view = Buffer.from(zip);
  const modes: Record<string, number> = {};
  for (let at = view.indexOf('PK\x01\x02', 0, 'latin1'); at >= 0; at = view.indexOf('PK\x01\x02', at + 46, 'latin1')) {
    const length = view.readUInt16LE(at + 28);
    modes[view.toString('utf8', at + 46, at + 46 + length)] = view.readUInt32LE(at + 38) >>> 16;
  }
  return modes;
}

it('the same files give the same bytes, whenever and in whatever order they were written', async () => {
  const one = await zipFolder(await fill(join(folder, 'one')));
  const other = await zipFolder(await fill(join(folder, 'other'), ['current', 'bin/run', 'index.js']));
  expect(Buffer.from(one.bytes).equals(Buffer.from(other.bytes))).toBe(true);
  expect(one.digest).toBe(createHash('sha256').update(one.bytes).digest('base64'));
  await writeFile(join(folder, 'other/index.js'), 'something else');
  expect((await zipFolder(join(folder, 'other'))).digest).not.toBe(one.digest);
});

it('keeps contents, programs and links', async () => {
  const { bytes } = await zipFolder(await fill(join(folder, 'one')));
  expect(Object.fromEntries(Object.entries(unzipSync(bytes)).map(([path, content]) => [path, Buffer.from(content).toString()]))).toEqual({ 'index.js': 'content of index.js', 'bin/run': 'content of bin/run', current: 'index.js' });
  expect(modesOf(bytes)).toEqual({ 'index.js': 0o100644, 'bin/run': 0o100755, current: 0o120777 });
});

it('is made once for the functions of a release, and a failure is not kept', async () => {
  let calls = 0;
  const code = codeOf({
    folder,
    artifacts: {
      unpack: async (_digest, directory) => {
        calls += 1;
        if (calls === 1) throw new Error('the store is away');
        await fill(directory);
      },
    },
  });
  const digest = `sha256:${'1'.repeat(64)}` as Digest;
  await expect(code(digest)).rejects.toThrow('away');
  const archives = await Promise.all([code(digest), code(digest)]);
  expect(archives[0]).toBe(archives[1]);
  expect(calls).toBe(2);
});
