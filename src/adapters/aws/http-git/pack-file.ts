/** Reads a pack file into objects; https://git-scm.com/docs/gitformat-pack */
import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { LimitExceeded, ProviderUnavailable } from '../../../domain/errors.ts';
import { applyDelta } from './delta.ts';

export const OBJECT_TYPES = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' } as const;
export type ObjectType = (typeof OBJECT_TYPES)[keyof typeof OBJECT_TYPES];

export interface GitObject {
  readonly type: ObjectType;
  readonly data: Buffer;
}

export type Objects = Map<string, GitObject>;
export type HashName = 'sha1' | 'sha256';

const OFS_DELTA = 6;
const REF_DELTA = 7;
const HEADER_BYTES = 12;

const damaged = (what: string): ProviderUnavailable => new ProviderUnavailable(`The git host sent objects that cannot be read: ${what}. Try again; check the repository with git fsck.`, {});

export const objectId = (hash: HashName, { type, data }: GitObject): string => createHash(hash).update(`${type} ${data.length}\0`).update(data).digest('hex');

interface Entry {
  readonly at: number;
  readonly type: number;
  readonly size: number;
  /** Of a delta: where its base begins, or its base's id. */
  readonly base: number | string | null;
  readonly dataAt: number;
}

function entryAt(pack: Buffer, at: number, idBytes: number): Entry {
  const byte = (index: number): number => {
    const value = pack[index];
    if (value === undefined) throw damaged('the pack ends within an object');
    return value;
  };
  let index = at;
  const first = byte(index);
  const type = (first >> 4) & 7;
  let size = first & 15;
  for (let factor = 16; (byte(index) & 0x80) !== 0; factor *= 128) {
    index += 1;
    size += (byte(index) & 0x7f) * factor;
  }
  index += 1;
  if (type === REF_DELTA) return { at, type, size, base: pack.toString('hex', index, index + idBytes), dataAt: index + idBytes };
  if (type !== OFS_DELTA) return { at, type, size, base: null, dataAt: index };
  let offset = byte(index) & 0x7f;
  while ((byte(index) & 0x80) !== 0) {
    index += 1;
    offset = (offset + 1) * 128 + (byte(index) & 0x7f);
  }
  return { at, type, size, base: at - offset, dataAt: index + 1 };
}

/** Node gives how much of the input was used, which the pack itself does not say. */
function inflated(pack: Buffer, { dataAt, size }: Entry): { data: Buffer; end: number } {
  try {
    const { buffer, engine } = inflateSync(pack.subarray(dataAt), { info: true, maxOutputLength: Math.max(size, 1) }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
    if (buffer.length !== size) throw damaged('an object has another length than it says');
    return { data: buffer, end: dataAt + engine.bytesWritten };
  } catch (error) {
    throw error instanceof ProviderUnavailable ? error : damaged(String(error));
  }
}

/**
 * All objects by the ids that their bytes have: what was asked for by id is what it says, whoever sent it.
 * @param bytesMax of all objects together
 * @throws LimitExceeded, ProviderUnavailable for bytes that are no pack or are damaged
 */
export function readPack(pack: Buffer, hash: HashName, bytesMax: number): Objects {
  const idBytes = hash === 'sha256' ? 32 : 20;
  if (pack.length < HEADER_BYTES + idBytes || pack.toString('latin1', 0, 4) !== 'PACK' || pack.readUInt32BE(4) !== 2) throw damaged('this is no pack of version 2');
  const content = pack.subarray(0, pack.length - idBytes);
  if (!createHash(hash).update(content).digest().equals(pack.subarray(content.length))) throw damaged('its checksum is another');
  const objects: Objects = new Map();
  const byOffset = new Map<number, GitObject>();
  const waiting: { readonly entry: Entry; readonly delta: Buffer }[] = [];
  let total = 0;
  const keep = (at: number, object: GitObject): void => {
    total += object.data.length;
    if (total > bytesMax) throw new LimitExceeded(`The commit holds more than ${bytesMax} bytes, so it was not read. Divide the repository.`, { bytes: bytesMax });
    byOffset.set(at, object);
    objects.set(objectId(hash, object), object);
  };
  const resolve = ({ entry, delta }: (typeof waiting)[number]): boolean => {
    const base = typeof entry.base === 'number' ? byOffset.get(entry.base) : objects.get(entry.base ?? '');
    if (base === undefined) return false;
    keep(entry.at, { type: base.type, data: applyDelta(base.data, delta, bytesMax - total) });
    return true;
  };
  let at = HEADER_BYTES;
  for (let left = pack.readUInt32BE(8); left > 0; left -= 1) {
    const entry = entryAt(content, at, idBytes);
    if (total + entry.size > bytesMax) throw new LimitExceeded(`The commit holds more than ${bytesMax} bytes, so it was not read. Divide the repository.`, { bytes: bytesMax });
    const { data, end } = inflated(content, entry);
    at = end;
    const type = OBJECT_TYPES[entry.type as keyof typeof OBJECT_TYPES] as ObjectType | undefined;
    if (type !== undefined) keep(entry.at, { type, data });
    else if (entry.base === null) throw damaged(`an object of the unknown type ${entry.type}`);
    else if (!resolve({ entry, delta: data })) waiting.push({ entry, delta: data });
  }
  // A delta by id may come before its base.
  for (let before = waiting.length + 1; waiting.length > 0 && waiting.length < before; ) {
    before = waiting.length;
    waiting.splice(0, before, ...waiting.filter((one) => !resolve(one)));
  }
  if (waiting.length > 0) throw damaged('a difference without what it differs from');
  return objects;
}
