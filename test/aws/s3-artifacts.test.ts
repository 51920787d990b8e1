/** The artifact store on S3: its contract, and what a network does to it. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, HeadObjectCommand, ListObjectVersionsCommand, PutBucketVersioningCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { signedObjects } from '../../src/adapters/aws/calls/signed-objects.ts';
import { extractArchive } from '../../src/adapters/archive-rules/extract.ts';
import { artifactObjectKey, createS3Artifacts } from '../../src/adapters/aws/s3-artifacts.ts';
import { artifactStoreContract } from '../contract/artifact-store.ts';
import { writeTar } from '../unit/adapters/local/tar-file.ts';
import { clientSettings, CREDENTIALS, ENDPOINT, REGION, uniqueName } from './emulator.ts';
import { startFaultProxy, type FaultProxy } from './faults.ts';

/** Another client of the same bucket. */
const direct = new S3Client({ ...clientSettings(), forcePathStyle: true });
const objects = (endpoint: string, bucket: string) => signedObjects({ endpoint, bucket, region: REGION, credentials: CREDENTIALS });
afterAll(() => direct.destroy());

async function makeBucket(): Promise<string> {
  const Bucket = uniqueName('artifacts');
  await direct.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }));
  await direct.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  return Bucket;
}

artifactStoreContract('S3', async () => {
  const Bucket = await makeBucket();
  return {
    store: createS3Artifacts({ extract: extractArchive, objects: objects(ENDPOINT, Bucket) }),
    damage: async (digest) => {
      const Key = artifactObjectKey(digest);
      const bytes = Buffer.from(await (await direct.send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToByteArray());
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      await direct.send(new PutObjectCommand({ Bucket, Key, Body: bytes }));
    },
    close: () => undefined,
  };
});

describe('S3 artifacts through faults', () => {
  let proxy: FaultProxy;
  let bucket: string;
  let work: string;
  let file: string;
  beforeAll(async () => {
    proxy = await startFaultProxy();
  });
  afterAll(async () => {
    await proxy.close();
  });
  beforeEach(async () => {
    proxy.clear();
    bucket = await makeBucket();
    work = mkdtempSync(join(tmpdir(), 'slipway-s3-'));
    file = writeTar(join(work, 'in.tar.gz'), [{ path: 'a', content: Buffer.alloc(300_000, 'slipway') }]);
  });
  afterEach(() => rmSync(work, { recursive: true, force: true }));

  const store = () => createS3Artifacts({ extract: extractArchive, objects: objects(proxy.endpoint, bucket), patience: { attempts: 3, firstPauseMs: 1, pause: async () => undefined } });
  const versions = async () => ((await direct.send(new ListObjectVersionsCommand({ Bucket: bucket }))).Versions ?? []).length;

  it('stores an object with the sha256 that is its name, once', async () => {
    const { digest, bytes } = await store().put(file);
    await store().put(file);
    expect(await versions()).toBe(1);
    const head = await direct.send(new HeadObjectCommand({ Bucket: bucket, Key: artifactObjectKey(digest), ChecksumMode: 'ENABLED' }));
    expect(head.ChecksumSHA256).toBe(createHash('sha256').update(readFileSync(file)).digest('base64'));
    expect(head.ContentLength).toBe(bytes);
    expect(artifactObjectKey(digest)).toBe(`sha256/${digest.slice(7)}`);
  });

  it.each(['throttle', 'cut', 'lost answer'] as const)('puts through "%s", with the same bytes', async (kind) => {
    const met = proxy.inject({ action: 'PutObject', fault: { kind } });
    const { digest } = await store().put(file);
    expect(met()).toBe(1);
    await store().unpack(digest, join(work, 'out'));
    expect(readFileSync(join(work, 'out/a')).length).toBe(300_000);
    expect(await versions()).toBe(1);
  });

  it.each(['throttle', 'cut', 'lost answer'] as const)('unpacks through "%s", and leaves nothing else', async (kind) => {
    const { digest } = await store().put(file);
    const met = proxy.inject({ action: 'GetObject', fault: { kind } });
    await store().unpack(digest, join(work, 'out'));
    expect(met()).toBe(1);
    expect(readdirSync(work).sort()).toEqual(['in.tar.gz', 'out']);
  });

  it('gives up on a store that goes on failing, and says that it is passing', async () => {
    proxy.inject({ action: 'PutObject', times: 100, fault: { kind: 'error', status: 500, code: 'InternalError', message: 'injected' } });
    await expect(store().put(file)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
  });

  it('stores once what two store at the same time', async () => {
    await Promise.all(Array.from({ length: 4 }, () => store().put(file)));
    expect(await versions()).toBe(1);
  });

  it('says Forbidden where the role may not, not that there is none', async () => {
    const { digest } = await store().put(file);
    proxy.inject({ action: 'GetObject', fault: { kind: 'error', status: 403, code: 'AccessDenied', message: 'injected' } });
    await expect(store().unpack(digest, join(work, 'out'))).rejects.toMatchObject({ name: 'Forbidden' });
  });

  it('refuses a file over the limit before it sends a byte', async () => {
    writeFileSync(join(work, 'large'), Buffer.alloc(11));
    await expect(createS3Artifacts({ extract: extractArchive, objects: objects(proxy.endpoint, bucket), settings: { bytes: 10 } }).put(join(work, 'large'))).rejects.toMatchObject({ name: 'LimitExceeded' });
    expect(proxy.calls).toEqual([]);
  });
});
