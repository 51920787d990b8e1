/** `slipway up` with a workspace of Slack: a push is followed in one message, approved by its button, and a killed control plane posts nothing twice. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { writePrivate } from '../../src/main/private-file.ts';
import { buttonsOf } from '../slack/member.ts';
import { SlackStandIn, type Message } from '../slack/stand-in.ts';
import { endProcess } from './rig/ending.ts';
import { program, serviceFiles } from './rig/example-service.ts';
import { ENVIRONMENTS } from './rig/installation.ts';
import { startLoad, type Load } from './rig/load.ts';
import { eventually } from './rig/patience.ts';
import { createRepository, type Repository } from './rig/repository.ts';
import { Supervised } from './rig/supervised.ts';

let slack: SlackStandIn;
let at: Supervised;
let load: Load | undefined;

beforeAll(async () => {
  slack = await SlackStandIn.start({ postIntervalMs: 1000 });
  at = new Supervised({ SLIPWAY_SLACK_ORIGIN: slack.origin });
  at.client.slackStandIn = slack;
  writeFileSync(at.home.environments, ENVIRONMENTS.replace('workspace: T0TEAM', 'workspace: T0TEAM, channel: C0DEPLOYS'));
  writePrivate(at.home.slackToken, `${slack.token}\n`);
  at.up();
  await at.serving();
}, 60_000);
afterAll(async () => {
  await load?.stop();
  await at?.close();
  await slack?.close();
}, 60_000);

async function release(repository: Repository, message: string): Promise<string> {
  const { delivery } = await at.client.webhook(repository, repository.push(message));
  const [id = ''] = (await at.client.decided(delivery)).admitted;
  return id;
}

const messageOf = (id: string): Message | undefined => slack.posts().find(({ blocks }) => blocks.some(({ block_id: name }) => name === `slipway-${id}`));
const asking = (id: string): Promise<Message> => eventually(`the message of ${id} asks`, () => {
  const message = messageOf(id);
  return message !== undefined && buttonsOf(message.blocks).length === 2 && message;
});
const thread = (id: string): string => slack.thread(messageOf(id)?.ts ?? '').map(({ text, blocks }) => `${text} ${JSON.stringify(blocks)}`).join('\n');

it('a push is shown from its begin to its end, and approved where it is shown', async () => {
  const repository = createRepository(at.folder, 'catalog');
  repository.write(serviceFiles('catalog', { tests: [{ name: 'front page', http: { path: '/' } }] }));
  await at.client.post('/v1/repositories', { url: repository.url });
  const first = await release(repository, 'first');
  const anna = at.client.member('U0ANNA');
  expect((await anna.answer(await anna.press(await asking(first), 'approve'))).text).toMatch(/^anna approved catalog/);
  expect((await at.client.over(first)).status.kind).toBe('succeeded');

  load = startLoad(await at.client.endpoint('catalog'));
  repository.write({ 'catalog/server.js': program({ says: 'two' }) });
  const second = await release(repository, 'two');
  const message = await asking(second);
  const killed = at.pidOf('control-plane');
  endProcess(killed, 'SIGKILL');
  await at.replaced('control-plane', killed);
  await at.serving();
  expect((await anna.answer(await anna.press(message, 'approve'))).text).toMatch(/^anna approved catalog/);
  expect((await at.client.over(second)).status.kind).toBe('succeeded');
  await eventually('the message says so', () => messageOf(second)?.text.endsWith('In place: it serves all traffic.') === true);

  const shown = messageOf(second);
  expect(slack.posts()).toHaveLength(2);
  expect(buttonsOf(shown?.blocks ?? [])).toEqual([]);
  expect(JSON.stringify(shown?.history.map(({ blocks }) => blocks))).toMatch(/canary[^]*candidate █░[^]*Odds that it is worse/);
  await eventually('the thread has all of it', () => ['staging in staging passed', 'May catalog', '<@U0ANNA>', 'said *approve*', 'It serves all traffic'].every((text) => thread(second).includes(text)));
  const told = slack.thread(shown?.ts ?? '').flatMap(({ blocks }) => blocks.flatMap(({ block_id: name }) => name ?? []));
  expect(new Set(told).size).toBe(told.length);
  const updates = slack.calls.filter(({ method, input }) => method === 'chat.update' && input['ts'] === shown?.ts).map(({ at: when }) => when);
  // One a second from the control plane that was killed, and from the one after it: two more than seconds have passed, and a third that was
  // on its way for long. Of two arrivals alone nothing is known: the first may have been held up, and the second not.
  expect(updates.length).toBeLessThanOrEqual(((updates.at(-1) ?? 0) - (updates[0] ?? 0)) / 1000 + 3);
  expect(slack.calls.filter(({ method }) => method === 'chat.postMessage').length).toBeLessThan(20);
}, 180_000);

it('what has no channel, no token or another workspace is told in words, and keeps no release from going through', async () => {
  slack.tokenError = 'token_revoked';
  const repository = createRepository(at.folder, 'quiet');
  repository.write(serviceFiles('quiet'));
  await at.client.post('/v1/repositories', { url: repository.url });
  expect((await at.client.approvedToTheEnd(await release(repository, 'first'))).status.kind).toBe('succeeded');
  const alerts = await eventually('an alert tells of it', async () => {
    const found = (await at.client.get<{ kind: string; text: string }[]>('/v1/alerts')).filter(({ kind }) => kind === 'slack-refused');
    return found.length > 0 && found;
  });
  expect(alerts).toEqual([expect.objectContaining({ text: expect.stringMatching(/token_revoked.*docs\/slack\.md/) })]);
  expect(await at.client.member('U0ANNA').ask('status quiet', { team: 'T0OTHER' })).toMatch(/does not listen to this workspace \(T0OTHER\)/);
}, 120_000);
