/** Bytes on their way to and from the bucket. */
import { createHash } from 'node:crypto';
import { type Readable, Transform } from 'node:stream';
import { LimitExceeded } from '../../../domain/errors.ts';
import { Digest } from '../../../domain/ids.ts';
import { openRegular } from '../../archive-rules/open-regular.ts';

/** As S3 takes and gives it. */
export const base64Of = (digest: Digest): string => Buffer.from(digest.slice('sha256:'.length), 'hex').toString('base64');

/** @throws LimitExceeded for a larger file, InvalidInput for what is no regular file */
export async function digestOfFile(path: string, limitBytes: number): Promise<{ digest: Digest; bytes: number }> {
  const file = await openRegular(path);
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of file.createReadStream({ autoClose: false, highWaterMark: 256 * 1024 })) {
      bytes += (chunk as Buffer).length;
      if (bytes > limitBytes) throw new LimitExceeded(`The file is larger than ${limitBytes} bytes, so it was not stored. Make it smaller.`, { bytes: limitBytes });
      hash.update(chunk as Buffer);
    }
    return { digest: Digest.parse(`sha256:${hash.digest('hex')}`), bytes };
  } finally {
    await file.close();
  }
}

/** Ends a stream that has more bytes than it said. */
export function capped(limitBytes: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(part: Buffer, _encoding, done) {
      bytes += part.length;
      done(bytes > limitBytes ? new LimitExceeded(`The artifact is larger than ${limitBytes} bytes, so it was not fetched.`, { bytes: limitBytes }) : null, part);
    },
  });
}

/** All of a stream in memory. @throws LimitExceeded for more than it was to have */
export async function bytesOf(body: Readable, limitBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > limitBytes) throw new LimitExceeded(`S3 sent more than the ${limitBytes} bytes that it was asked for.`, { bytes: limitBytes });
    parts.push(part);
  }
  return Buffer.concat(parts);
}
