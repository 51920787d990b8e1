/** Bytes of a host that is broken or hostile: an answer or a typed refusal, never anything else. */
import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { applyDelta } from '../../../../../src/adapters/aws/http-git/delta.ts';
import { objectId, readPack } from '../../../../../src/adapters/aws/http-git/pack-file.ts';
import { packetLine, packetsOf } from '../../../../../src/adapters/aws/http-git/packet-lines.ts';
import { SlipwayError } from '../../../../../src/domain/errors.ts';

function outcome(action: () => unknown): string {
  try {
    action();
    return 'answer';
  } catch (error) {
    if (error instanceof SlipwayError) return error.name;
    throw error;
  }
}

const anyBytes = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
const withChecksum = (content: Buffer): Buffer => Buffer.concat([content, createHash('sha1').update(content).digest()]);
const header = (count: number): Buffer => Buffer.from(`5041434b00000002${count.toString(16).padStart(8, '0')}`, 'hex');
/** An object of under 16 bytes, or one that says so. */
const small = (type: number, size: number, data: Buffer): Buffer => Buffer.concat([Buffer.from([(type << 4) | size]), deflateSync(data)]);

describe('objects from a host', () => {
  it('are read, whatever bytes come, or refused with a typed error', () => {
    fc.assert(fc.property(anyBytes, anyBytes, fc.integer({ min: 0, max: 3 }), (base, bytes, count) => {
      outcome(() => applyDelta(base, bytes, 1000));
      outcome(() => applyDelta(base, Buffer.concat([Buffer.from([base.length & 0x7f, 10]), bytes]), 1000));
      outcome(() => [...packetsOf(bytes)]);
      outcome(() => readPack(bytes, 'sha1', 1000));
      outcome(() => readPack(withChecksum(Buffer.concat([header(count), bytes])), 'sha1', 1000));
    }), { numRuns: 500 });
  });

  it('have the id of their bytes', () => {
    const objects = readPack(withChecksum(Buffer.concat([header(1), small(3, 6, Buffer.from('hello\n'))])), 'sha1', 1000);
    // git hash-object --stdin <<< hello
    expect([...objects.keys()]).toEqual(['ce013625030ba8dba906f756967f9e9ca394464a']);
    expect(objectId('sha1', { type: 'blob', data: Buffer.from('hello\n') })).toBe('ce013625030ba8dba906f756967f9e9ca394464a');
  });

  it.each([
    ['an object that unpacks to more than it says', small(3, 3, Buffer.alloc(1_000_000)), 'ProviderUnavailable'],
    ['an object that unpacks to less', small(3, 7, Buffer.from('abc')), 'ProviderUnavailable'],
    ['an unknown type', small(5, 3, Buffer.from('abc')), 'ProviderUnavailable'],
    ['a difference to what is not there', Buffer.concat([Buffer.from([(7 << 4) | 3]), Buffer.alloc(20), deflateSync(Buffer.from('abc'))]), 'ProviderUnavailable'],
    ['an object over the limit', Buffer.concat([Buffer.from([0xb0 | 15, 0x7f]), deflateSync(Buffer.alloc(2047))]), 'LimitExceeded'],
  ])('%s is refused', (_what, bytes, name) => {
    expect(outcome(() => readPack(withChecksum(Buffer.concat([header(1), bytes])), 'sha1', 1000))).toBe(name);
  });

  it('a difference that copies and inserts', () => {
    // From offset 1 two bytes, then "XY", then all five: https://git-scm.com/docs/gitformat-pack
    const delta = Buffer.from([5, 9, 0x91, 1, 2, 2, 0x58, 0x59, 0x90, 5]);
    expect(applyDelta(Buffer.from('abcde'), delta, 100).toString()).toBe('bcXYabcde');
    expect(outcome(() => applyDelta(Buffer.from('abcde'), delta, 8))).toBe('LimitExceeded');
    expect(outcome(() => applyDelta(Buffer.from('abcd'), delta, 100))).toBe('ProviderUnavailable');
  });

  it('packets, and a length that is none', () => {
    expect(packetLine('done')).toBe('0009done\n');
    expect([...packetsOf(Buffer.from('0009done\n00010000'))].map(({ kind }) => kind)).toEqual(['data', 'delimiter', 'flush']);
    expect(outcome(() => [...packetsOf(Buffer.from('0009do'))])).toBe('ProviderUnavailable');
    expect(outcome(() => [...packetsOf(Buffer.from('0003'))])).toBe('ProviderUnavailable');
  });
});
