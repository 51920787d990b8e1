/** What was read of a file is known for exactly as long as it is that file. */
import { chmodSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createSettledFile } from '../../../../src/adapters/local/settled-file.ts';
import { fakeClock } from '../../../fakes/clock.ts';

let work: string;
let path: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'slipway-settled-'));
  path = join(work, 'file');
  writeFileSync(path, 'one');
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

const found = () => statSync(path, { bigint: true, throwIfNoEntry: false });
const read = () => statSync(path, { bigint: true });
const later = () => createSettledFile<string>(fakeClock(statSync(path).ctimeMs + 10_000));

describe('createSettledFile', () => {
  it('knows what it kept, and nothing of a file that is missing', () => {
    const file = later();
    expect(file.known(found())).toBeUndefined();
    file.keep(read(), 'one');
    expect(file.known(found())).toBe('one');
    rmSync(path);
    expect(file.known(found())).toBeUndefined();
  });

  it.each([
    ['a write', () => writeFileSync(path, 'more')],
    ['another mode', () => chmodSync(path, 0o640)],
    ['another file in its place', () => {
      writeFileSync(join(work, 'new'), 'two');
      renameSync(join(work, 'new'), path);
    }],
  ])('forgets it after %s', (_what, change) => {
    const file = later();
    file.keep(read(), 'one');
    change();
    expect(file.known(found())).toBeUndefined();
  });

  it('keeps nothing of a file that changed a moment ago: the next change could leave the same times', () => {
    const file = createSettledFile<string>(fakeClock(statSync(path).ctimeMs + 1500));
    file.keep(read(), 'one');
    expect(file.known(found())).toBeUndefined();
  });
});
