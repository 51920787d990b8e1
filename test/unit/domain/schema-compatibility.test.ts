import { describe, expect, it } from '@jest/globals';
import { IncompatibleSchema } from '../../../src/domain/errors.ts';
import { refuseIncompatibleSchema } from '../../../src/domain/schema-compatibility.ts';

const release = (version: string, writes: number, ...reads: number[]) => ({ version, schema: { writes, reads } });
const undeclared = { version: 'any' };

describe('refuseIncompatibleSchema', () => {
  it.each([
    ['the first release', undefined, release('1', 4, 4)],
    ['a stable revision that declares nothing', undeclared, release('2', 9, 9)],
    ['a candidate that declares nothing', release('1', 4, 4), undeclared],
    ['the same schema', release('1', 4, 3, 4), release('2', 4, 4)],
    ['a first step: it reads the new one and writes the old one', release('1', 4, 4), release('2', 4, 4, 5)],
    ['a second step: it writes what the stable one reads already', release('2', 4, 4, 5), release('3', 5, 4, 5)],
  ])('lets through: %s', (_, stable, candidate) => {
    expect(() => refuseIncompatibleSchema(stable, candidate, 'normal')).not.toThrow();
  });

  it.each([
    ['a candidate that cannot read what is there', release('1', 4, 4), release('2', 5, 5), 'normal', /2 reads the data schema 5, and 1, which serves here, writes 4\. Add 4 to schema\.reads/],
    ['a candidate that leaves no way back', release('1', 4, 4), release('2', 5, 4, 5), 'normal', /no way back\. First release a version that reads 5 and still writes 4/],
    ['a rollback to a release that cannot read what was written', release('3', 5, 5), release('1', 4, 4), 'fast', /Going back would break it\. Go forward/],
  ] as const)('refuses: %s', (_, stable, candidate, mode, message) => {
    const refused = () => refuseIncompatibleSchema(stable, candidate, mode);
    expect(refused).toThrow(IncompatibleSchema);
    expect(refused).toThrow(message);
  });

  it('lets a rollback through to a release whose own writing the newer one need not read any more', () => {
    expect(() => refuseIncompatibleSchema(release('3', 5, 5), release('2', 4, 4, 5), 'fast')).not.toThrow();
  });

  it('shows both declarations', () => {
    let caught: unknown;
    try {
      refuseIncompatibleSchema(release('1', 4, 4), release('2', 5, 5), 'normal');
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({ evidence: { stable: { version: '1', writes: 4, reads: [4] }, candidate: { version: '2', writes: 5, reads: [5] } } });
  });
});
