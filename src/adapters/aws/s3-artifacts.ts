/** The artifact store on S3: `sha256/<64 digits>` in one bucket, each object written once and never changed. */
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ArtifactRefused, LimitExceeded, NotFound } from '../../domain/errors.ts';
import { Digest } from '../../domain/ids.ts';
import type { ArtifactStore } from '../../ports/artifacts.ts';
import { diskFault } from '../archive-rules/disk-fault.ts';
import { endOfText } from '../archive-rules/end-of-text.ts';
import type { extractArchive } from '../archive-rules/extract.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits } from '../archive-rules/limits.ts';
import { openRegular } from '../archive-rules/open-regular.ts';
import { again, PATIENCE, type Patience } from './again.ts';
import { callFault, nameOf } from './call-fault.ts';
import type { ObjectCalls } from './calls/signed-objects.ts';
import { base64Of, bytesOf, capped, digestOfFile } from './s3-artifacts/bytes.ts';

export interface S3ArtifactsOptions {
  readonly objects: ObjectCalls;
  /** Unpacks what was fetched. Handed in, as its code is large and few functions unpack. */
  readonly extract: typeof extractArchive;
  readonly settings?: Partial<ArchiveLimits>;
  readonly patience?: Patience;
}

export interface S3Artifacts extends ArtifactStore {
  /**
   * Takes over what somebody else has put into the bucket, where S3 itself keeps the checksum of this digest for it. What is stored already
   * under its digest stays as it is.
   * @returns whether the bucket has bytes of this digest under its name now
   */
  take(key: string, digest: Digest): Promise<boolean>;
}

/** Where an artifact lies. */
export const artifactObjectKey = (digest: Digest): string => `sha256/${Digest.parse(digest).slice('sha256:'.length)}`;

const isMissing = (error: unknown): boolean => ['NotFound', 'NoSuchKey'].includes(nameOf(error));

/** What a call means to the caller; `digest` is what it was about. A role without s3:ListBucket is told Forbidden for one that is not there. */
function fault(error: unknown, doing: string, digest: Digest): unknown {
  if (isMissing(error)) return new NotFound(`There is no artifact ${digest} in the bucket. Build it again, or register it.`, { digest }, { cause: error });
  if (nameOf(error) === 'BadDigest') return new ArtifactRefused(`The file changed while it was stored as ${digest}, so nothing was stored. Let whatever writes it end first.`, { digest }, { cause: error });
  return callFault('S3', `${doing} ${digest}`, error);
}

/** Where nothing is yet: what is there already, a look afterwards judges. */
async function copied(objects: ObjectCalls, key: string, digest: Digest): Promise<void> {
  try {
    await objects.copy(key, artifactObjectKey(digest), true);
  } catch (error) {
    if (nameOf(error) !== 'PreconditionFailed') throw fault(error, 'take over', digest);
  }
}

/**
 * Objects carry the sha256 that is their name, which S3 checks against the bytes that arrive
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html), and are written only where there is none
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html). One whose checksum is another is written anew.
 * `tail` does not check the digest: it serves logs, which nothing runs.
 */
export function createS3Artifacts({ objects, extract, settings = {}, patience = PATIENCE }: S3ArtifactsOptions): S3Artifacts {
  const limits = { ...ARCHIVE_LIMITS, ...settings };

  const found = (digest: Digest, key = artifactObjectKey(digest)): Promise<'whole' | 'damaged' | 'none'> => again(async () => {
    try {
      return (await objects.head(key)).sha256 === base64Of(digest) ? 'whole' : 'damaged';
    } catch (error) {
      if (isMissing(error)) return 'none';
      throw fault(error, 'look for', digest);
    }
  }, patience);

  const upload = (path: string, digest: Digest, bytes: number, onlyNew: boolean) => again(async () => {
    // A stream of its own for each attempt: none can be sent twice.
    const file = await openRegular(path);
    const body = file.createReadStream({ autoClose: true, highWaterMark: 256 * 1024 });
    try {
      await objects.put(artifactObjectKey(digest), body, { bytes, sha256: base64Of(digest), onlyNew });
      return 'stored' as const;
    } catch (error) {
      if (nameOf(error) === 'PreconditionFailed') return 'there' as const;
      throw fault(error, 'store', digest);
    } finally {
      body.destroy();
    }
  }, patience);

  const download = (digest: Digest, path: string) => again(async () => {
    try {
      const { bytes, body } = await objects.get(artifactObjectKey(digest));
      if (bytes > limits.bytes) throw new LimitExceeded(`The artifact ${digest} is larger than ${limits.bytes} bytes, so it was not fetched. Make it smaller.`, { digest, bytes: limits.bytes });
      await pipeline(body, capped(limits.bytes), createWriteStream(path, { flags: 'w', mode: 0o600 }));
    } catch (error) {
      throw fault(diskFault(error, `fetch ${digest}`), 'fetch', digest);
    }
  }, patience);

  return {
    async put(path) {
      const { digest, bytes } = await digestOfFile(path, limits.bytes);
      let there = await found(digest);
      // Another one may have stored it meanwhile.
      if (there === 'none') there = (await upload(path, digest, bytes, true)) === 'stored' ? 'whole' : await found(digest);
      if (there !== 'whole') await upload(path, digest, bytes, false);
      return { digest, bytes };
    },
    take: async (key, digest) => {
      if ((await found(digest)) === 'whole') return true;
      if ((await found(digest, key)) !== 'whole') return false;
      await again(() => copied(objects, key, digest), patience);
      return (await found(digest)) === 'whole';
    },
    has: async (digest) => (await found(digest)) !== 'none',
    async unpack(digest, directory) {
      const archive = join(dirname(directory), `.${basename(directory)}.${randomBytes(6).toString('hex')}.archive`);
      try {
        await mkdir(dirname(directory), { recursive: true });
        await download(digest, archive);
        await extract({ path: archive, digest }, directory, limits);
      } finally {
        await rm(archive, { force: true });
      }
    },
    tail: (digest, limitBytes) => again(async () => {
      const length = Math.max(0, Math.floor(limitBytes));
      try {
        // A range must have a byte, so an empty end only asks whether the object is there.
        const { bytes } = await objects.head(artifactObjectKey(digest));
        if (length === 0 || bytes === 0) return '';
        const { body } = await objects.get(artifactObjectKey(digest), length < bytes ? length : undefined);
        return endOfText(await bytesOf(body, length), length < bytes);
      } catch (error) {
        throw fault(error, 'read the end of', digest);
      }
    }, patience),
  };
}
