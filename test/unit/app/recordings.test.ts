import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { deploy } from '../../../src/app/deploy.ts';
import { importRecording } from '../../../src/app/import-recording.ts';
import { recordingDetail, recordings } from '../../../src/app/recordings.ts';
import { referencedArtifacts } from '../../../src/app/referenced-artifacts.ts';
import { registerArtifact } from '../../../src/app/register.ts';
import { startRecording } from '../../../src/app/start-recording.ts';
import { stopRecording } from '../../../src/app/stop-recording.ts';
import { parseManifest } from '../../../src/contracts/manifest-file.ts';
import { ImportRule } from '../../../src/domain/recording/import.ts';
import type { RecordedRequest } from '../../../src/domain/recording/recorded-request.ts';
import type { RecordingProgress } from '../../../src/domain/recording/recording.ts';
import { RecordingRule } from '../../../src/domain/recording/rule.ts';
import { manifestText, rig, type Rig } from './rig.ts';

const place = { service: 'catalog' as never, environment: 'production' as never, by: 'anna' as never };
let at: Rig;
let underWay: RecordingProgress | null;
let taken: RecordedRequest[];
const files = new Map<string, string>();
const needs = () => ({
  ...at.needs,
  recorders: {
    begin: async (_service: never, _environment: never, rule: RecordingRule) => (underWay = { rule, begunAt: 0, endsAt: 1, taken: 0, leftOut: 0, kept: 0 }),
    progress: async () => underWay, requests: async () => taken, end: async () => void (underWay = null),
  },
  recordingFiles: {
    save: async (text: string) => {
      const digest = `sha256:${createHash('sha256').update(text).digest('hex')}` as never;
      files.set(digest, text);
      return { digest, bytes: text.length };
    },
    read: async (digest: string) => files.get(digest) ?? '',
  },
});

beforeEach(async () => {
  at = rig();
  underWay = null;
  taken = [{ method: 'GET', target: '/a', headers: {} }];
  const parsed = parseManifest(manifestText('catalog'), 'slipway.yaml');
  if (!parsed.ok) throw new Error('the manifest must hold');
  await registerArtifact({ ...at.needs, artifacts: { has: async () => true } as never })({ manifest: parsed.manifest, digest: `sha256:${'a'.repeat(64)}` as never, bytes: 1, version: '1', repository: null, commit: null, author: null, by: 'owner' as never });
  await deploy(at.needs)({ service: place.service, version: '1', by: 'owner' as never });
});
afterEach(() => at.close());

describe('recordings', () => {
  it('are said to everybody, kept with their requests when they end, and not collected', async () => {
    await startRecording(needs())({ ...place, rule: RecordingRule.parse({}) });
    expect(at.alerts).toMatchObject([{ kind: 'recording', text: expect.stringContaining('anna records 10 % of the requests') }]);
    const recording = await stopRecording(needs())(place);
    expect(await recordings(needs())(place.service, place.environment)).toMatchObject({ underWay: null, kept: [{ id: recording.id, requests: 1, endedBy: 'anna' }] });
    expect((await recordingDetail(needs())(place.service, place.environment)).requests).toEqual(taken);
    expect(await referencedArtifacts(at.needs)()).toContain(recording.digest);
    await expect(stopRecording(needs())(place)).rejects.toMatchObject({ name: 'NotFound' });
  });

  it('are kept for the newest ten of an environment; what only older ones name may be collected', async () => {
    const digests: string[] = [];
    for (let index = 0; index < 12; index++) {
      at.clock.advance(1000);
      taken = [{ method: 'GET', target: `/${index}`, headers: {} }];
      await startRecording(needs())({ ...place, rule: RecordingRule.parse({}) });
      digests.push((await stopRecording(needs())(place)).digest);
    }
    const { kept } = await recordings(needs())(place.service, place.environment);
    expect(kept.map(({ digest }) => digest)).toEqual(digests.slice(2).reverse());
    const referenced = await referencedArtifacts(at.needs)();
    expect(digests.map((digest) => referenced.has(digest as never))).toEqual([false, false, ...Array<boolean>(10).fill(true)]);
  });

  it('are imported from a file, cleaned here whoever sends them, and said to everybody', async () => {
    const requests: RecordedRequest[] = [{ method: 'GET', target: '/a?password=p&b=c', headers: { accept: 'text/html', cookie: 'session=1' } }, { method: 'POST', target: '/orders', headers: {}, body: '{}' }];
    const recording = await importRecording(needs())({ ...place, file: 'shop.har', rule: ImportRule.parse({}), requests });
    expect(recording).toMatchObject({ requests: 1, importedFrom: 'shop.har', endedBy: 'anna', progress: { taken: 2, leftOut: 1, kept: 1 } });
    expect((await recordingDetail(needs())(place.service, place.environment)).requests).toEqual([{ method: 'GET', target: '/a?password=REDACTED&b=c', headers: { accept: 'text/html' } }]);
    expect(at.alerts).toMatchObject([{ kind: 'recording', text: expect.stringContaining('anna imported 1 requests of shop.har') }]);
    expect(await referencedArtifacts(at.needs)()).toContain(recording.digest);
    await expect(importRecording(needs())({ ...place, file: 'shop.har', rule: ImportRule.parse({}), requests: requests.slice(1) })).rejects.toMatchObject({ name: 'InvalidInput', message: expect.stringContaining('--methods') });
    await expect(importRecording(needs())({ ...place, service: 'nobody' as never, file: 'shop.har', rule: ImportRule.parse({}), requests })).rejects.toMatchObject({ name: 'NotFound' });
  });

  it('are not started for a service that is not there', async () => {
    await expect(startRecording(needs())({ ...place, service: 'nobody' as never, rule: RecordingRule.parse({}) })).rejects.toMatchObject({ name: 'NotFound' });
    expect(underWay).toBeNull();
  });
});
