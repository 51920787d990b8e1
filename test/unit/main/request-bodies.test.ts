/** Bodies as they are held: in blocks, at a pace, and the one that has most goes first. */
import { PassThrough } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { BODY_BYTES_MAX } from '../../../src/contracts/limits.ts';
import { createBlocks } from '../../../src/main/request-bodies/blocks.ts';
import { createCollection } from '../../../src/main/request-bodies/collection.ts';
import { createRequestBodies, FREE_BYTES, HELD_BYTES_MAX } from '../../../src/main/request-bodies.ts';

/** A request as far as a body needs one. */
const requestOf = (length?: number) => Object.assign(new PassThrough({ highWaterMark: HELD_BYTES_MAX }), { headers: length === undefined ? {} : { 'content-length': String(length) }, socket: new PassThrough() }) as unknown as PassThrough & IncomingMessage;
const MB = 1024 * 1024;
const nextTurn = () => new Promise((resolve) => { setImmediate(resolve); });

describe('createBlocks', () => {
  it('gives back what was appended, whatever the parts, and after other bodies had the same blocks', () => {
    const blocks = createBlocks(64 * 1024);
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 40_000 }), { maxLength: 8 }), (parts) => {
      const body = blocks.hold();
      for (const part of parts) body.append(Buffer.from(part));
      expect(body.whole().equals(Buffer.concat(parts))).toBe(true);
      body.release();
    }), { numRuns: 100 });
  });

  it('answers memory of its own: the next body does not change it', () => {
    const blocks = createBlocks(64 * 1024);
    const first = blocks.hold();
    first.append(Buffer.from('first'));
    const whole = first.whole();
    first.release();
    const second = blocks.hold();
    second.append(Buffer.from('other'));
    expect(whole.toString()).toBe('first');
  });
});

describe('createCollection', () => {
  it('collects once for each megabyte', () => {
    let times = 0;
    const collection = createCollection(() => { times += 1; });
    for (let part = 0; part < 40; part += 1) collection.read(64 * 1024);
    expect(times).toBe(2);
  });
});

describe('createRequestBodies', () => {
  it('reads a body whole', async () => {
    const request = requestOf();
    const read = createRequestBodies().read(request);
    const parts = Array.from({ length: 20 }, (_, index) => Buffer.alloc(30_000, index));
    for (const part of parts) request.write(part);
    request.end();
    const body = await read;
    expect(Buffer.isBuffer(body) && body.equals(Buffer.concat(parts))).toBe(true);
  });

  it('lets the one that has most go when there is no room, and not the one that came last', async () => {
    const bodies = createRequestBodies();
    const [flood, late] = [requestOf(BODY_BYTES_MAX), requestOf(MB)];
    const flooding = bodies.read(flood);
    const reading = bodies.read(late);
    expect(await flooding).toBe('no room');
    late.end(Buffer.alloc(MB, 1));
    expect(await reading).toHaveLength(MB);
    expect(bodies.held()).toBe(0);
  });

  it('lets a body without a declared length go as soon as it has most', async () => {
    const bodies = createRequestBodies();
    const declared = requestOf(2 * MB);
    const reading = bodies.read(declared);
    const flood = requestOf();
    const flooding = bodies.read(flood);
    for (let part = 0; part < BODY_BYTES_MAX / 65_536; part += 1) flood.write(Buffer.alloc(65_536));
    expect(await flooding).toBe('no room');
    expect(bodies.held()).toBe(2 * MB);
    declared.end(Buffer.alloc(2 * MB));
    expect(await reading).toHaveLength(2 * MB);
  });

  it('reads long bodies at a pace, and short ones at once', async () => {
    const bodies = createRequestBodies();
    const [long, short] = [requestOf(), requestOf()];
    const reading = bodies.read(long);
    for (let part = 0; part < 64; part += 1) long.write(Buffer.alloc(65_536));
    long.end();
    await nextTurn();
    // What one tick of the pace lets through, and the read that was under way.
    expect(bodies.held()).toBeLessThan(MB);
    short.end(Buffer.alloc(FREE_BYTES));
    expect(await bodies.read(short)).toHaveLength(FREE_BYTES);
    expect(await reading).toHaveLength(4 * MB);
  });

  it('takes what came of a body that nobody reads, and no more', async () => {
    const counted: number[] = [];
    const request = requestOf();
    request.write(Buffer.alloc(50_000));
    createRequestBodies({ read: (bytes) => void counted.push(bytes) }).refuse(request);
    await nextTurn();
    expect({ counted, paused: request.socket.isPaused(), left: request.readableLength }).toEqual({ counted: [50_000], paused: true, left: 0 });
  });
});
