import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ENVIRONMENTS_BYTES_MAX, createEnvironmentsFile } from '../../../../src/adapters/local/environments-file.ts';
import { fakeClock } from '../../../fakes/clock.ts';

let work: string;
let path: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'slipway-environments-'));
  path = join(work, 'environments.yaml');
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

const one = (name: string): string => `environments:\n  - { name: ${name}, kind: staging, wave: 1 }\n`;
const names = async (source: ReturnType<typeof createEnvironmentsFile>) => (await source.read()).environments.map((environment) => String(environment.name));

describe('createEnvironmentsFile', () => {
  it('reads what is there', async () => {
    copyFileSync(join(import.meta.dirname, '../../../fixtures/manifests/environments.yaml'), path);
    expect(await names(createEnvironmentsFile({ path }))).toEqual(['staging', 'production']);
  });

  it('sees each change at once, also one of the same size at the same time', async () => {
    const source = createEnvironmentsFile({ path });
    for (const name of ['one', 'two', 'abc', 'three']) {
      writeFileSync(path, one(name));
      expect(await names(source)).toEqual([name]);
    }
    writeFileSync(join(work, 'new'), one('seven'));
    renameSync(join(work, 'new'), path);
    expect(await names(source)).toEqual(['seven']);
  });

  it('gives the same value while the file stays as it is, and a new one after', async () => {
    writeFileSync(path, one('one'));
    const source = createEnvironmentsFile({ path, clock: fakeClock(statSync(path).mtimeMs + 60_000) });
    const first = await source.read();
    expect(await source.read()).toBe(first);
    utimesSync(path, 1, 1);
    expect(await source.read()).not.toBe(first);
  });

  it('says where the mistakes are, and recovers by itself', async () => {
    const source = createEnvironmentsFile({ path });
    writeFileSync(path, 'environments:\n  - name: staging\n    kind: stagin\n    wave: 1\n');
    await expect(source.read()).rejects.toMatchObject({ name: 'InvalidManifest', message: expect.stringContaining(`${path}:3:11`), evidence: { issues: [expect.objectContaining({ line: 3, column: 11, path: 'environments[0].kind' })] } });
    writeFileSync(path, one('staging'));
    expect(await names(source)).toEqual(['staging']);
  });

  it('says how to make a file that is missing', async () => {
    await expect(createEnvironmentsFile({ path }).read()).rejects.toMatchObject({ name: 'NotFound', message: expect.stringContaining('slipway init --environments') });
  });

  it('takes 256 KiB and not a byte more, only text, only a file', async () => {
    const source = createEnvironmentsFile({ path });
    const text = one('staging');
    writeFileSync(path, text + '#'.repeat(ENVIRONMENTS_BYTES_MAX - text.length));
    expect(await names(source)).toEqual(['staging']);
    writeFileSync(path, text + '#'.repeat(ENVIRONMENTS_BYTES_MAX - text.length + 1));
    await expect(source.read()).rejects.toMatchObject({ name: 'InvalidManifest', message: expect.stringContaining('more than 262144 bytes') });
    writeFileSync(path, Buffer.from([0xff, 0xfe]));
    await expect(source.read()).rejects.toMatchObject({ name: 'InvalidManifest', message: expect.stringContaining('UTF-8') });
    rmSync(path);
    mkdirSync(path);
    await expect(source.read()).rejects.toMatchObject({ name: 'InvalidManifest', message: expect.stringContaining('not a file') });
    rmSync(path, { recursive: true });
    execFileSync('mkfifo', [path]);
    await expect(source.read()).rejects.toMatchObject({ name: 'InvalidManifest' });
  });
});
