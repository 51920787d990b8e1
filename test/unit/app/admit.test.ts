import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { admit } from '../../../src/app/admit.ts';
import { finishBuild } from '../../../src/app/finish-build.ts';
import { receivePush } from '../../../src/app/receive-push.ts';
import { registerRepository } from '../../../src/app/register.ts';
import { history } from '../../../src/app/look.ts';
import { signHub } from '../../../src/domain/signature.ts';
import { manifestText, rig, type Rig } from './rig.ts';

let at: Rig;
let count = 0;
beforeEach(async () => {
  at = rig();
  count = 0;
  await registerRepository(at.needs)({ url: '/srv/git/shop.git', by: 'owner' as never });
  await registerRepository(at.needs)({ url: '/srv/git/other.git', by: 'owner' as never });
});
afterEach(() => at.close());

const commitOf = (number: number) => number.toString(16).padStart(40, '0');

/** Delivers a push of the n-th commit and admits it; answers what became of each service. */
function pushed(files: Record<string, string>, { changed = Object.keys(files), ...parts }: Push & { changed?: string[] | null } = {}) {
  at.repo.manifests = Object.entries(files).map(([path, text]) => ({ path, text }));
  at.repo.changed = changed;
  return decided(parts);
}

interface Push { ref?: string; repository?: string; commit?: string; delivery?: string }
async function decided(parts: Push = {}) {
  count += 1;
  const id = parts.delivery ?? `d-${count}`;
  const body = Buffer.from(JSON.stringify({ ref: parts.ref ?? 'refs/heads/main', before: commitOf(count + 99), after: parts.commit ?? commitOf(count + 100), repository: { clone_url: parts.repository ?? '/srv/git/shop.git' } }));
  await receivePush(at.needs)({ host: 'github', headers: { 'x-github-event': 'push', 'x-github-delivery': id, 'x-hub-signature-256': signHub('github-key', body) }, body });
  return (await admit(at.needs)({ deliveryId: id as never })).admissions;
}

const catalog = (more = '') => ({ 'catalog/slipway.yaml': manifestText('catalog', more) });
const SHOP = { ...catalog(), 'cart/slipway.yaml': manifestText('cart') };

describe('admit', () => {
  it('starts a pipeline for every service of a first push, with waves and the author by name', async () => {
    expect(await pushed(SHOP, { changed: null })).toEqual([{ kind: 'admitted', service: 'catalog', pipeline: 'catalog-1' }, { kind: 'admitted', service: 'cart', pipeline: 'cart-1' }]);
    expect((await history(at.needs)('catalog' as never, 5))[0]).toMatchObject({ author: 'ben', subject: 'a change', waves: [['staging'], ['production']], status: { kind: 'running' }, digest: null });
    expect(at.started.filter(({ machine }) => machine === 'pipeline').map(({ name }) => name)).toEqual(['catalog-1', 'cart-1']);
  });

  it('starts only the services whose paths changed, and says so of the others', async () => {
    await pushed(SHOP, { changed: null });
    expect(await pushed(SHOP, { changed: ['cart/server.js'] })).toEqual([{ kind: 'refused', service: 'catalog', reason: expect.stringMatching(/Nothing of it changed/) }, { kind: 'admitted', service: 'cart', pipeline: 'cart-2' }]);
  });

  it('refuses a manifest that cannot be read by itself, and starts the other services', async () => {
    at.repo.manifests = [{ path: 'cart/slipway.yaml', problem: 'this is a symlink, and links are not followed.' }, { path: 'catalog/slipway.yaml', text: manifestText('catalog') }];
    expect(await decided()).toEqual([{ kind: 'refused', service: null, reason: expect.stringMatching(/^cart\/slipway\.yaml has mistakes: .*this is a symlink/) }, { kind: 'admitted', service: 'catalog', pipeline: 'catalog-1' }]);
  });

  it('answers a delivery that was decided as it did, and finds its own pipeline after a crash before the decision was kept', async () => {
    const first = await pushed(catalog());
    expect((await admit(at.needs)({ deliveryId: 'd-1' as never })).admissions).toEqual(first);
    expect(at.started.filter(({ machine }) => machine === 'pipeline')).toHaveLength(1);
  });

  it('does not release the same commit again by another push', async () => {
    await pushed(catalog(), { commit: commitOf(7) });
    expect(await pushed(catalog(), { commit: commitOf(7) })).toMatchObject([{ kind: 'refused', reason: expect.stringMatching(/was released as catalog-1 .*slipway deploy catalog --version/) }]);
  });

  it.each([
    ['another branch', {}, { ref: 'refs/heads/feature' }, /push was to feature; catalog\/slipway.yaml releases from main/],
    ['a manifest with mistakes', { 'catalog/slipway.yaml': 'service: catalog\nteam: shop\nstart: node\n' }, {}, /catalog\/slipway.yaml has mistakes: catalog\/slipway.yaml:3:/],
    ['a manifest that does not fit the installation', catalog('environments: { prod: { instances: 1 } }\n'), {}, /has mistakes: catalog\/slipway.yaml:4:/],
    ['no manifest at all', null, {}, /No slipway.yaml/],
  ])('refuses %s with the reason', async (_what, files, parts, reason) => {
    const given = files === null ? {} : Object.keys(files).length === 0 ? catalog() : files;
    expect(await pushed(given, parts)).toMatchObject([{ kind: 'refused', reason: expect.stringMatching(reason) }]);
  });

  it('refuses a name that another repository owns', async () => {
    await pushed(catalog());
    expect(await pushed(catalog(), { repository: '/srv/git/other.git' })).toMatchObject([{ kind: 'refused', reason: expect.stringMatching(/belongs to \/srv\/git\/shop/) }]);
  });

  it('keeps the artifact when only topology or configuration changed since the commit it was built from', async () => {
    await pushed(catalog());
    await finishBuild(at.needs)({ pipelineId: 'catalog-1' as never, token: 't', outcome: { status: 'succeeded', digest: `sha256:${'a'.repeat(64)}` as never, bytes: 1, log: null, startedAt: 0, seconds: 1 } });
    await pushed(catalog('instances: 3\n'), { changed: ['catalog/slipway.yaml'] });
    expect((await history(at.needs)('catalog' as never, 1))[0]).toMatchObject({ id: 'catalog-2', digest: `sha256:${'a'.repeat(64)}` });
    await pushed(catalog('instances: 4\n'), { changed: ['catalog/slipway.yaml', 'catalog/server.js'] });
    expect((await history(at.needs)('catalog' as never, 1))[0]).toMatchObject({ id: 'catalog-3', digest: null });
  });

  it('builds when the push before was never built, although only the manifest changed now', async () => {
    await pushed(catalog());
    await pushed(catalog('instances: 3\n'), { changed: ['catalog/slipway.yaml'] });
    expect((await history(at.needs)('catalog' as never, 1))[0]).toMatchObject({ id: 'catalog-2', digest: null });
  });

  it('keeps a refusal for a push that could not be read', async () => {
    const body = Buffer.from(JSON.stringify({ ref: 'refs/heads/main', before: commitOf(1), after: commitOf(2), repository: { clone_url: '/srv/git/shop.git' } }));
    await receivePush(at.needs)({ host: 'github', headers: { 'x-github-event': 'push', 'x-github-delivery': 'd-9', 'x-hub-signature-256': signHub('github-key', body) }, body });
    const failure = { Error: 'NotFound', Cause: JSON.stringify({ errorType: 'NotFound', errorMessage: 'no such commit' }) };
    expect((await admit(at.needs)({ deliveryId: 'd-9' as never, failure })).admissions).toEqual([{ kind: 'refused', service: null, reason: 'The push could not be read. no such commit' }]);
  });

  it('supersedes the running pipeline, or queues behind it, by manifest', async () => {
    await pushed(catalog());
    await pushed(catalog(), { changed: ['catalog/x'] });
    expect((await history(at.needs)('catalog' as never, 2)).map(({ stop }) => stop)).toEqual([null, { kind: 'superseded', by: 'catalog-2' }]);
    expect(at.cancelled).toEqual(['catalog-1']);
    await pushed(catalog('onNewerPush: queue\n'), { changed: ['catalog/x'] });
    expect((await history(at.needs)('catalog' as never, 1))[0]?.stop).toBeNull();
    expect((await history(at.needs)('catalog' as never, 3))[1]?.stop).toBeNull();
  });
});
