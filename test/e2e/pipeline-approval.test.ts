/** Decisions: who may say what, to exactly which request; and gates around stages. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { program, type Manifest } from './rig/example-service.ts';
import { Installation } from './rig/installation.ts';
import { eventually } from './rig/patience.ts';

let at: Installation;
let anna: string;
beforeAll(async () => {
  at = await Installation.start();
  anna = await (at.controlPlane.composed.ports.identities as unknown as { add(identity: string): Promise<string> }).add('anna');
}, 60_000);
afterAll(async () => at?.close(), 60_000);

/** A second release that waits for its approval. */
async function asked(service: string, approval: Manifest): Promise<string> {
  const repository = await at.deployed(service, { approval: { approvers: ['anna', 'carl', 'ben'], ...approval } });
  await at.load(service);
  repository.write({ [`${service}/server.js`]: program({ says: 'two' }) });
  return at.release(repository, 'two');
}
const say = async (service: string, user: string, verb = 'approve') => (await at.client.slack(`${verb} ${service}`, user)).body.text;

it.concurrent('the author, a stranger and one without the right are refused; each approver counts once; N of M', async () => {
  const repository = await at.repository('counted', { approval: { approvers: ['anna', 'carl', 'ben'], count: 2 } });
  const id = await at.release(repository, 'first');
  await at.client.waiting('counted');
  expect((await at.client.pipeline(id)).pipeline.stage).toBe('approval');
  expect(await say('counted', 'U0BEN')).toContain('is the author of this release');
  expect(await say('counted', 'U0NOBODY')).toContain('is nobody here');
  const owner = await at.client.ask('POST', '/v1/decisions', { service: 'counted', decision: 'approve' });
  expect([owner.status, owner.text]).toEqual([403, expect.stringContaining('owner may not decide here')]);
  expect(await say('counted', 'U0ANNA')).toContain('(1 of 2)');
  expect(await say('counted', 'U0ANNA')).toContain('has approved already');
  expect((await at.client.pipeline(id)).pipeline.status.kind).toBe('running');
  expect(await say('counted', 'U0CARL')).toContain('carl approved counted');
  expect((await at.client.over(id)).status.kind).toBe('succeeded');
  expect(await say('counted', 'U0CARL')).toContain('Nothing of counted waits');
}, 120_000);

it.concurrent('a decision names exactly what it saw: another binding is refused, the right one is taken once', async () => {
  const id = await asked('bound', {});
  const approval = await at.client.waiting('bound');
  const wrong = await at.client.ask('POST', '/v1/decisions', { service: 'bound', decision: 'approve', binding: 'f'.repeat(16) }, anna);
  expect([wrong.status, wrong.text]).toEqual([404, expect.stringContaining('does not wait any more')]);
  expect(approval.subject).toMatchObject({ service: 'bound', environment: 'production', version: expect.stringMatching(/^[0-9a-f]{12}$/), digest: expect.stringMatching(/^sha256:/) });
  expect(JSON.stringify(approval)).not.toContain('"token"');
  const both = await Promise.all([1, 2].map(() => at.client.ask('POST', '/v1/decisions', { service: 'bound', decision: 'approve', binding: approval.binding }, anna)));
  // The other one finds no request any more, or one that anna has approved already: refused either way.
  const [taken, refused] = both.map(({ status }) => status).sort((one, other) => one - other);
  expect([taken, [403, 404].includes(refused ?? 0)]).toEqual([200, true]);
  expect((await at.client.over(id)).status.kind).toBe('succeeded');
}, 120_000);

it.concurrent('what the person saw stays frozen while the canary goes on being watched', async () => {
  const id = await asked('frozen', {});
  const before = await at.client.waiting('frozen');
  const watched = await at.client.at(id, 'watched three times', ({ deployments }) => (deployments[1]?.deployment.holds.find((hold) => hold.stage === 'watch')?.turns ?? 0) >= 3);
  expect(watched.deployments[1]?.approvals[0]).toMatchObject({ binding: before.binding, subject: before.subject });
  await at.client.slackButton('approve', before, 'U0ANNA');
  expect((await at.client.over(id)).status.kind).toBe('succeeded');
}, 120_000);

it.concurrent('gates of all kinds, before and after stages; staging shows its address', async () => {
  const gates = [
    { kind: 'command', name: 'audit', stage: 'staging', when: 'before', command: ['node', '-e', 'process.exit(0)'] },
    { kind: 'person', name: 'try staging', stage: 'staging', when: 'after', approval: { approvers: ['anna'] } },
    { kind: 'checklist', name: 'ready', stage: 'rollout', when: 'before', environments: ['production'], items: ['the search finds a product'], approval: { approvers: ['carl'] } },
    { kind: 'command', name: 'smoke', stage: 'rollout', when: 'after', command: ['node', '-e', 'fetch(process.env.BASE_URL).then((answer) => process.exit(answer.ok ? 0 : 1))'] },
  ];
  const id = await at.release(await at.repository('gated', { gates, approval: { required: false } }), 'first');
  const staging = await at.client.waiting('gated');
  expect(staging.subject).toMatchObject({ environment: 'staging', question: 'try staging' });
  expect(await fetch(String(staging.subject.url)).then(async (answer) => answer.text())).toBe('one');
  expect((await at.client.slackButton('approve', staging, 'U0CARL')).body.text).toContain('may not decide here');
  await at.client.slackButton('approve', staging, 'U0ANNA');
  const ready = (await at.client.at(id, 'the checklist waits', ({ deployments }) => deployments[1]?.approvals.some((approval) => approval.status.kind === 'waiting') ?? false)).deployments[1]?.approvals[0];
  expect(ready?.subject).toMatchObject({ question: 'ready', checklist: ['the search finds a product'] });
  await at.client.slack('approve gated production done', 'U0CARL');
  expect((await at.client.over(id)).status).toMatchObject({ kind: 'succeeded' });
  const kept = (await at.client.pipeline(id)).deployments.map(({ gates: runs }) => runs.map(({ gate, name, outcome }) => [gate, name, outcome?.passed, outcome?.detail]));
  expect(kept).toEqual([[['staging-before-0', 'audit', true, expect.stringContaining('exit code 0')]], [['rollout-after-0', 'smoke', true, expect.stringContaining('exit code 0')]]]);
}, 120_000);

it.concurrent.each([
  { service: 'shut-before', gate: { stage: 'staging', when: 'before' }, left: '' },
  { service: 'shut-after', gate: { stage: 'staging', when: 'after' }, left: '' },
  { service: 'shut-rollout', gate: { stage: 'rollout', when: 'after', environments: ['production'] }, left: 'staging' },
])('a command that fails keeps its gate shut, and everything is taken back: $service', async ({ service, gate, left }) => {
  const gates = [{ kind: 'command', name: 'audit', command: ['node', '-e', 'console.log("not allowed"); process.exit(3)'], ...gate }];
  const id = await at.release(await at.repository(service, { gates, approval: { required: false } }), 'first');
  const { status } = await at.client.over(id);
  expect(status).toMatchObject({ kind: 'failed' });
  expect(status).toHaveProperty('reason', expect.stringMatching(/exit code 3.*not allowed/s));
  expect((await at.client.pipeline(id)).deployments.flatMap(({ gates: runs }) => runs.map(({ outcome }) => [outcome?.passed, outcome?.detail]))).toEqual([[false, expect.stringMatching(/exit code 3.*not allowed/s)]]);
  await eventually('only what passed is left', async () => {
    const found = (await at.client.service(service)).places.filter((place) => (place.observed?.instances.length ?? 0) > 0);
    return found.map((place) => place.environment as string).join() === left;
  });
}, 120_000);

it.concurrent('Slack must sign, and now', async () => {
  const { home } = at.client;
  expect(readFileSync(home.slackSecret, 'utf8').length).toBeGreaterThan(32);
  expect((await at.client.slack('pending', 'U0ANNA')).status).toBe(200);
  expect((await at.client.slack('pending', 'U0ANNA', { secret: 'another' })).status).toBe(401);
  // Well past the bound of 300 s, which the clock could reach while the request is on its way.
  for (const away of [-600, 600]) expect((await at.client.slack('pending', 'U0ANNA', { timestamp: Math.floor(Date.now() / 1000) + away })).status).toBe(401);
}, 30_000);
