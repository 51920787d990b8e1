import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Generation, InstanceId } from '../../../../src/domain/ids.ts';
import { CLEAN_SLOT } from '../../../../src/targets/process/backoff.ts';
import { createRecord, type InstanceRecord, readRecord, writeRecord } from '../../../../src/targets/process/instance-record.ts';
import { specOf } from './rig.ts';
import { temporaryDirectory } from './service.ts';

const recordOf = (problem: string | null): InstanceRecord => ({
  format: 1, instance: InstanceId.parse('catalog-1-production.aaaaaaaaaa'), generation: Generation.parse(1), zone: 'a', createdAt: 0, spec: specOf(), slot: CLEAN_SLOT, replaces: null, problem, state: { phase: 'intended' },
});

describe('the record of an instance', () => {
  let directory: string;
  beforeEach(async () => {
    directory = join(await temporaryDirectory(), 'instance');
  });
  afterEach(() => rm(join(directory, '..'), { recursive: true, force: true }));

  it.each([
    ['shorter and longer', ['one that is rather long', 'short', null, 'long again']],
    ['beyond a page and back', ['x'.repeat(5000), 'short', 'y'.repeat(9000), null]],
    ['with letters of several bytes', ['ä'.repeat(1700), 'é'.repeat(3000), 'ü']],
  ])('is what was written last: %s', (_name, problems) => {
    createRecord(directory, recordOf('first'));
    expect(readRecord(directory)).toEqual(recordOf('first'));
    for (const problem of problems) {
      writeRecord(directory, recordOf(problem));
      expect(readRecord(directory)).toEqual(recordOf(problem));
    }
  });

  it('is written over within its page, so that no kill leaves half of it', () => {
    createRecord(directory, recordOf('x'.repeat(100)));
    const path = join(directory, 'instance.json');
    writeRecord(directory, recordOf(null));
    expect(readFileSync(path)).toHaveLength(4096);
  });

  it('of an earlier version, without its page, is replaced as well', () => {
    createRecord(directory, recordOf(null));
    writeFileSync(join(directory, 'instance.json'), JSON.stringify(recordOf('z'.repeat(50))));
    writeRecord(directory, recordOf('now'));
    expect(readRecord(directory)).toEqual(recordOf('now'));
  });

  it('comes back when somebody removed it', () => {
    createRecord(directory, recordOf(null));
    rmSync(join(directory, 'instance.json'));
    writeRecord(directory, recordOf('here'));
    expect(readRecord(directory)).toEqual(recordOf('here'));
  });
});
