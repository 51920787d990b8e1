import { describe, expect, it } from '@jest/globals';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { answerBody } from '../../../src/comparison/answer-body.ts';

const MiB = 1024 * 1024;
const json = { 'content-type': 'application/json; charset=utf-8' };
const chunksOf = (bytes: Buffer, size: number): Buffer[] => Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size));

describe('the body of an answer', () => {
  it('is JSON where it says so and is, and else bytes', async () => {
    expect(await answerBody([Buffer.from('{"a":'), Buffer.from('1}')], json)).toEqual({ kind: 'json', value: { a: 1 } });
    expect(await answerBody([Buffer.from('{"a":')], json)).toMatchObject({ kind: 'bytes', length: 5 });
    expect(await answerBody([Buffer.from('{"a":1}')], { 'content-type': 'text/html' })).toMatchObject({ kind: 'bytes', length: 7 });
  });

  it('is the same however its bytes come, also where only the first 4 MiB are looked at', async () => {
    const long = Buffer.alloc(8 * MiB, 7);
    const [one, other] = await Promise.all([answerBody(chunksOf(long, 65_536), {}), answerBody(chunksOf(long, 60_001), {})]);
    expect(one).toEqual(other);
    expect(one).toMatchObject({ kind: 'bytes', length: 4 * MiB });
    expect(await answerBody(chunksOf(long.fill(8, 4 * MiB - 1), 60_001), {})).not.toEqual(one);
  });

  it.each([['gzip', gzipSync], ['x-gzip', gzipSync], ['deflate', deflateSync], [' BR ', brotliCompressSync]])('is looked into when it came as %s', async (encoding, pack) => {
    const headers = { ...json, 'content-encoding': encoding };
    expect(await answerBody([pack(Buffer.from('{"a":1}'))], headers)).toEqual({ kind: 'json', value: { a: 1 } });
    const text = Buffer.from('<p>the same</p>'.repeat(50));
    expect(await answerBody([pack(text)], { ...headers, 'content-type': 'text/html' })).toEqual(await answerBody([text], {}));
  });

  it('stays as it is when it cannot be unpacked, is too long for that, or becomes too long', async () => {
    const broken = Buffer.from('no gzip at all');
    expect(await answerBody([broken], { 'content-encoding': 'gzip' })).toEqual(await answerBody([broken], {}));
    const bomb = gzipSync(Buffer.alloc(64 * MiB));
    expect(await answerBody([bomb], { ...json, 'content-encoding': 'gzip' })).toEqual(await answerBody([bomb], {}));
    const two = Buffer.from('{"a":1}');
    expect(await answerBody([two], { 'content-encoding': 'gzip, br' })).toEqual(await answerBody([two], {}));
  });
});
