/** The body of an answer as it is compared: as JSON, or as the digest of its bytes. */
import { createHash } from 'node:crypto';
import type { AnswerBody } from '../domain/parallel/answer.ts';

/** Bodies up to this size are read as JSON, and unpacked; longer ones are equal or not as bytes. */
const JSON_BYTES_MAX = 256 * 1024;
/** Of longer ones so much is looked at, to the byte: where chunks end differs from answer to answer. */
const BODY_BYTES_MAX = 4 * 1024 * 1024;

/** @param headers of the answer, names in lower case */
export async function answerBody(body: AsyncIterable<Buffer> | Iterable<Buffer>, headers: Readonly<Record<string, string>>): Promise<AnswerBody> {
  const isJson = /^application\/(?:[\w.+-]+\+)?json\b/i.test(headers['content-type'] ?? '');
  const unpack = unpackerOf(headers['content-encoding'] ?? '');
  const { bytes, digest, length } = await read(body, isJson || unpack !== undefined);
  const plain = bytes === undefined ? undefined : unpack?.(bytes) ?? bytes;
  if (plain === undefined) return { kind: 'bytes', digest, length };
  if (isJson && plain.length <= JSON_BYTES_MAX) {
    try {
      return { kind: 'json', value: JSON.parse(plain.toString('utf8')) };
    } catch { /* It says that it is JSON, and is not: equal or not as bytes. */ }
  }
  return plain === bytes ? { kind: 'bytes', digest, length } : { kind: 'bytes', digest: createHash('sha256').update(plain).digest('hex'), length: plain.length };
}

/** All of it where it is short enough and somebody wants to look into it, and its digest. */
async function read(body: AsyncIterable<Buffer> | Iterable<Buffer>, isWanted: boolean): Promise<{ readonly bytes: Buffer | undefined; readonly digest: string; readonly length: number }> {
  const hash = createHash('sha256');
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const whole of body) {
    const chunk = whole.subarray(0, BODY_BYTES_MAX - length);
    length += chunk.length;
    hash.update(chunk);
    if (isWanted && length <= JSON_BYTES_MAX) chunks.push(chunk);
    // Leaving the loop ends the connection.
    if (length >= BODY_BYTES_MAX) break;
  }
  return { bytes: isWanted && length <= JSON_BYTES_MAX ? Buffer.concat(chunks) : undefined, digest: hash.digest('hex'), length };
}

/**
 * For services that pack although nobody asked them to: packed, equal answers may differ, and a field cannot be looked at. Undefined where there is
 * nothing to unpack; what cannot be unpacked stays as it is. Loaded when there is something to unpack.
 */
function unpackerOf(encoding: string): ((bytes: Buffer) => Buffer | undefined) | undefined {
  const name = encoding.trim().toLowerCase();
  if (!['gzip', 'x-gzip', 'deflate', 'br'].includes(name)) return undefined;
  return (bytes) => {
    const { brotliDecompressSync, unzipSync } = process.getBuiltinModule('node:zlib');
    try {
      return (name === 'br' ? brotliDecompressSync : unzipSync)(bytes, { maxOutputLength: BODY_BYTES_MAX });
    } catch {
      return undefined;
    }
  };
}
