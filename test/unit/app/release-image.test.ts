/** Services whose artifact is an image that an outside CI pushes. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { admit } from '../../../src/app/admit.ts';
import { keepDelivery } from '../../../src/app/keep-delivery.ts';
import { deliveries } from '../../../src/app/look.ts';
import { registerArtifact, registerRepository } from '../../../src/app/register.ts';
import { receivePush } from '../../../src/app/receive-push.ts';
import { releaseImage } from '../../../src/app/release-image.ts';
import { getPipeline, getService } from '../../../src/app/state/documents.ts';
import { parseManifest } from '../../../src/contracts/manifest-file.ts';
import { EcrEvent, pushedImage } from '../../../src/contracts/ecr-event.ts';
import { signHub } from '../../../src/domain/signature.ts';
import { samplesOf } from '../functions/samples.ts';
import { manifestText, rig, type Rig } from './rig.ts';

const URL = 'https://github.com/acme/shop';
const IMAGE = '123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/catalog';
const digest = (digit: string) => `sha256:${digit.repeat(64)}` as never;
const COMMIT = 'c'.repeat(40);
let at: Rig;
beforeEach(async () => {
  at = rig();
  await registerRepository(at.needs)({ url: URL, by: 'owner' as never });
});
afterEach(() => at.close());

let pushes = 0;
async function pushManifest(service: string, more: string) {
  at.repo.manifests = [{ path: `${service}/slipway.yaml`, text: manifestText(service, more) }];
  const id = `d-${++pushes}` as never;
  await keepDelivery(at.needs, { id, host: 'github', foundBy: 'webhook', replayOf: null, repository: URL, ref: 'refs/heads/main', before: '0'.repeat(40), after: String(pushes % 10).repeat(40), pusher: 'ben' as never, receivedAt: at.clock.now() }, null);
  return (await admit(at.needs)({ deliveryId: id })).admissions;
}
const release = (event: string, tag: string, of: string) => releaseImage(at.needs)({ image: IMAGE, digest: digest(of), tag, event, by: 'ecr' as never }).then(({ admissions }) => admissions);
const FROM = `image: { from: ${IMAGE} }\n`;

describe('releaseImage', () => {
  it('begins a pipeline with the image and the manifest that was pushed last, and builds nothing', async () => {
    expect(await pushManifest('catalog', FROM)).toEqual([{ kind: 'refused', service: 'catalog', reason: `Its manifest is kept. It is released when an image is pushed to ${IMAGE}.` }]);
    expect(await release('e-1', COMMIT, '1')).toEqual([{ kind: 'admitted', service: 'catalog', pipeline: 'catalog-1' }]);
    const { value: pipeline } = await getPipeline(at.needs.store, 'catalog-1' as never);
    expect(pipeline).toMatchObject({ cause: 'deploy', digest: digest('1'), version: COMMIT, commit: COMMIT, repository: URL, manifestPath: 'catalog/slipway.yaml', subject: null, author: 'ben', startedBy: 'ecr' });
    expect(at.started.at(-1)).toMatchObject({ machine: 'pipeline', name: 'catalog-1', input: { build: false } });
    expect((await deliveries(at.needs)(1))[0]).toMatchObject({ id: 'registry:e-1', foundBy: 'registry', repository: IMAGE, ref: COMMIT, after: digest('1'), outcome: { kind: 'decided' } });
    // Another manifest counts for the next image.
    await pushManifest('catalog', `${FROM}instances: 5\n`);
    await release('e-2', 'v2', '2');
    expect((await getPipeline(at.needs.store, 'catalog-2' as never)).value).toMatchObject({ version: 'v2', commit: null, manifest: { instances: 5 } });
  });

  it('says what the commit is for where the image is of the commit whose manifest was read', async () => {
    await pushManifest('catalog', FROM);
    await release('e-1', String(pushes % 10).repeat(40), '1');
    expect((await getPipeline(at.needs.store, 'catalog-1' as never)).value.subject).toBe('a change');
  });

  it('releases a digest once, however often and under whichever tag it is told of', async () => {
    await pushManifest('catalog', FROM);
    const first = await release('e-1', 'v1', '1');
    expect(await release('e-1', 'v1', '1')).toEqual(first);
    expect(await release('e-2', 'latest', '1')).toMatchObject([{ kind: 'refused', reason: expect.stringContaining('released already') }]);
    expect((await getService(at.needs.store, 'catalog' as never)).value.pipelines).toBe(1);
  });

  it('gives an image under a tag that was moved a version of its own', async () => {
    await pushManifest('catalog', FROM);
    await release('e-1', 'latest', '1');
    await release('e-2', 'latest', '2');
    expect((await getPipeline(at.needs.store, 'catalog-2' as never)).value.version).toBe(`latest-${'2'.repeat(12)}`);
  });

  it('leaves other tags, images that nobody names, and manifests that name another image now', async () => {
    await pushManifest('catalog', `image: { from: ${IMAGE}, tags: ["v*"] }\n`);
    expect(await release('e-1', 'latest', '1')).toMatchObject([{ kind: 'refused', reason: expect.stringContaining('(v*)') }]);
    expect(await releaseImage(at.needs)({ image: `${IMAGE}-other`, digest: digest('1'), tag: 'v1', event: 'e-2', by: 'ecr' as never })).toEqual({ admissions: [] });
    expect((await deliveries(at.needs)(10)).map(({ id }) => id)).not.toContain('registry:e-2');
    expect(at.started.filter(({ machine }) => machine === 'pipeline')).toEqual([]);
  });

  it('releases each service of an image that several share', async () => {
    await pushManifest('catalog', FROM);
    await pushManifest('search', FROM);
    expect(await release('e-1', 'v1', '1')).toMatchObject([{ service: 'catalog', kind: 'admitted' }, { service: 'search', kind: 'admitted' }]);
  });

  it('keeps the name of a service for its first repository, before any image', async () => {
    await pushManifest('catalog', FROM);
    const other = { id: 'd-other' as never, host: 'github' as const, foundBy: 'webhook' as const, replayOf: null, repository: 'https://github.com/acme/thief', ref: 'refs/heads/main', before: '0'.repeat(40), after: 'f'.repeat(40), pusher: null, receivedAt: at.clock.now() };
    await registerRepository(at.needs)({ url: other.repository, by: 'owner' as never });
    await keepDelivery(at.needs, other, null);
    expect((await admit(at.needs)({ deliveryId: other.id })).admissions).toMatchObject([{ kind: 'refused', reason: expect.stringContaining('belongs to') }]);
  });

  it('an image may be registered by hand, as it is in no store of Slipway', async () => {
    const parsed = parseManifest(manifestText('catalog', FROM), 'slipway.yaml');
    if (!parsed.ok) throw new TypeError('the manifest');
    const artifacts = { has: async () => false } as never;
    const input = { digest: digest('3'), bytes: 0, version: '3', repository: null, commit: null, author: null, by: 'anna' as never };
    expect((await registerArtifact({ ...at.needs, artifacts })({ ...input, manifest: parsed.manifest })).artifact.digest).toBe(digest('3'));
    await expect(registerArtifact({ ...at.needs, artifacts })({ ...input, manifest: { ...parsed.manifest, image: undefined } })).rejects.toMatchObject({ name: 'NotFound' });
  });
});

describe('GitHub\'s registry', () => {
  const send = (payload: object, event = 'registry_package') => {
    const body = Buffer.from(JSON.stringify(payload));
    return receivePush(at.needs)({ host: 'github', headers: { 'x-github-event': event, 'x-github-delivery': 'g-1', 'x-hub-signature-256': signHub('github-key', body) }, body });
  };
  const registry = (parts: object = {}, action = 'published') => ({ action, registry_package: { package_type: 'CONTAINER', package_version: { package_url: 'ghcr.io/Acme/catalog:v1', container_metadata: { tag: { name: 'v1', digest: digest('4') } } }, ...parts } });

  it('tells of images too', async () => {
    await pushManifest('catalog', 'image: { from: ghcr.io/acme/catalog }\n');
    expect(await send(registry())).toEqual({ kind: 'accepted', delivery: 'g-1', reason: 'The image is released as catalog-1.' });
    const { action, registry_package } = registry();
    expect(await send({ action, package: registry_package }, 'package')).toMatchObject({ kind: 'accepted' });
    expect((await getService(at.needs.store, 'catalog' as never)).value.pipelines).toBe(1);
  });

  it.each([
    ['a package of another kind', registry({ package_type: 'npm' })], ['an image without a tag', registry({ package_version: { package_url: 'ghcr.io/acme/catalog:', container_metadata: { tag: { name: '', digest: digest('4') } } } })],
    ['a removal', registry({}, 'deleted')], ['an image that nobody names', registry()],
  ])('%s releases nothing', async (_what, payload) => {
    expect(await send(payload)).toMatchObject({ kind: 'refused' });
    expect(at.started).toEqual([]);
  });
});

describe('ECR\'s events', () => {
  const sample = (name: string) => EcrEvent.parse(samplesOf('image-pushed').find((one) => one.name === name)?.event);

  it('name the image by account, region and repository', () => {
    expect(pushedImage(sample('pushed.json'))).toMatchObject({ image: IMAGE, tag: 'v1.4.0' });
    expect(pushedImage({ ...sample('pushed.json'), region: 'cn-north-1' })?.image).toBe('123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/shop/catalog');
  });

  it('of other things are none', () => {
    const { detail, ...rest } = sample('pushed.json');
    expect(pushedImage(sample('untagged.json'))).toBeNull();
    for (const other of [{ result: 'FAILURE' }, { 'action-type': 'DELETE' }, { 'image-tag': '--x' }]) expect(pushedImage({ ...rest, detail: { ...detail, ...other } })).toBeNull();
  });
});
