/** Pushes that release nothing: each is answered, kept, and says why. A redelivery changes nothing. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { manifest, QUICK, serviceFiles } from './rig/example-service.ts';
import { Installation } from './rig/installation.ts';
import { createRepository, type Repository } from './rig/repository.ts';

let at: Installation;
let known: Repository;
beforeAll(async () => {
  at = await Installation.start();
  known = await at.deployed('known', QUICK);
}, 90_000);
afterAll(async () => at?.close(), 60_000);

const NOTHING = '0'.repeat(40);
const refused = async (delivery: string): Promise<string> => {
  const { admitted, refused: reasons } = await at.client.decided(delivery);
  expect(admitted).toEqual([]);
  expect(reasons).toHaveLength(1);
  return reasons[0] ?? '';
};

it('tags, deletions, unknown repositories and refs that are no branch are refused with their reasons', async () => {
  const head = known.git('rev-parse', 'HEAD');
  for (const [push, reason, options] of [
    [{ ref: 'refs/tags/v1', before: NOTHING, after: head }, /is a tag/, {}],
    [{ ref: 'refs/heads/gone', before: head, after: NOTHING }, /gone was deleted/, { deleted: true }],
    [{ ref: 'refs/notes/x', before: NOTHING, after: head }, /is no branch/, {}],
    [{ ref: '--upload-pack=touch /tmp/owned', before: NOTHING, after: head }, /is no branch/, {}],
  ] as const) {
    const { delivery } = await at.client.webhook(known, push, options);
    expect(await refused(delivery)).toMatch(reason);
  }
  const stranger = createRepository(at.folder, 'stranger');
  stranger.write(serviceFiles('stranger'));
  expect(await refused((await at.client.webhook(stranger, stranger.push('first'))).delivery)).toMatch(/is not registered. Register it: slipway service add/);
}, 60_000);

it('repositories may be listed in a file, and are listened to for as long as they are', async () => {
  const listed = createRepository(at.folder, 'listed');
  listed.write(serviceFiles('listed', QUICK));
  const before = readFileSync(at.client.home.environments, 'utf8');
  writeFileSync(at.client.home.environments, `${before}\nrepositories:\n  - url: ${listed.url}\n`);
  expect(await at.client.get<{ url: string; registeredBy: string }[]>('/v1/repositories')).toContainEqual(expect.objectContaining({ url: listed.url.replace(/\.git$/, ''), registeredBy: 'environments.yaml' }));
  const { admitted } = await at.client.decided((await at.client.webhook(listed, listed.push('first'))).delivery);
  expect(admitted).toEqual(['listed-1']);
  expect((await at.client.over('listed-1')).status.kind).toBe('succeeded');
  writeFileSync(at.client.home.environments, before);
  listed.write({ 'listed/other.txt': 'x' });
  const late = await at.client.webhook(listed, listed.push('second'));
  expect(await refused(late.delivery)).toMatch(/is not registered/);
  // Registered after all, the push is read again.
  await at.client.post('/v1/repositories', { url: listed.url });
  const again = await at.client.post<{ id: string }>(`/v1/deliveries/${late.delivery}/replay`, {});
  expect((await at.client.decided(again.id)).admitted).toEqual(['listed-2']);
}, 90_000);

it('another branch, a commit that is not there, and a branch that looks like an option', async () => {
  known.write({ 'known/other.txt': 'x' });
  expect(await refused((await at.client.webhook(known, known.push('other', 'feature/-x'))).delivery)).toMatch(/The push was to feature\/-x; known\/slipway.yaml releases from main/);
  expect(await refused((await at.client.webhook(known, { ref: 'refs/heads/main', before: NOTHING, after: 'a'.repeat(40) })).delivery)).toMatch(/a{40}/);
  expect(await refused((await at.client.webhook(known, { ref: 'refs/heads/--force', before: NOTHING, after: known.git('rev-parse', 'HEAD') })).delivery)).toMatch(/The push was to --force/);
}, 90_000);

it('mistakes in a manifest are answered with file, line and column; the other services of the push go on', async () => {
  const repository = createRepository(at.folder, 'mixed');
  repository.write({ ...serviceFiles('right', QUICK), 'wrong/slipway.yaml': 'service: wrong\nteam: shop\nstart: [node, server.js]\ninstanses: 2\n' });
  await at.client.post('/v1/repositories', { url: repository.url });
  const { admitted, refused: reasons } = await at.client.decided((await at.client.webhook(repository, repository.push('first'))).delivery);
  expect([admitted, reasons]).toEqual([['right-1'], [expect.stringMatching(/wrong\/slipway.yaml:4:1 .*instanses.*Did you mean "instances"/)]]);
  expect((await at.client.over('right-1')).status.kind).toBe('succeeded');
}, 90_000);

it('a service\'s name belongs to its first repository; a repository without a manifest says so', async () => {
  const thief = createRepository(at.folder, 'thief');
  thief.write(serviceFiles('known', QUICK));
  await at.client.post('/v1/repositories', { url: thief.url });
  expect(await refused((await at.client.webhook(thief, thief.push('mine'))).delivery)).toContain(`The service belongs to ${known.url.replace(/\.git$/, '')}`);
  thief.remove('known');
  expect(await refused((await at.client.webhook(thief, thief.push('nothing'))).delivery)).toMatch(/No slipway.yaml in commit/);
  expect((await at.client.service('known')).service.pipelines).toBe(1);
}, 60_000);

it('a redelivery changes nothing, however often and however many at once', async () => {
  known.write({ 'known/slipway.yaml': manifest('known', { ...QUICK, instances: 3 }) });
  const push = known.push('three');
  const answers = await Promise.all(Array.from({ length: 20 }, () => at.client.webhook(known, push, { delivery: 'again-and-again' })));
  expect(answers.map(({ status }) => status).every((status) => status < 300)).toBe(true);
  expect((await at.client.decided('again-and-again')).admitted).toEqual(['known-2']);
  expect((await at.client.over('known-2')).status.kind).toBe('succeeded');
  expect((await at.client.webhook(known, push, { delivery: 'again-and-again' })).body.reason).toMatch(/came before/);
  expect((await at.client.service('known')).service.pipelines).toBe(2);
  expect((await at.client.deliveries()).filter(({ id }) => id === 'again-and-again')).toHaveLength(1);
}, 60_000);
