import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { answerSlack } from '../../../src/app/answer-slack.ts';
import { creating } from '../../../src/app/state/documents.ts';
import { approvalKey, pendingApprovalKey } from '../../../src/app/state/keys.ts';
import { signSlack } from '../../../src/domain/signature.ts';
import { approval } from '../../builders/approval.ts';
import { rig, type Rig } from './rig.ts';

const NOW = 1_700_000_000;
let at: Rig;
let sent: { url: string; answer: unknown }[];
const waiting = approval({ expiresAt: (NOW + 3600) * 1000 });

beforeEach(async () => {
  at = rig();
  sent = [];
  await at.needs.store.transact([creating(approvalKey(waiting.id), waiting), creating(pendingApprovalKey(waiting.id), { id: waiting.id })]);
});
afterEach(() => at.close());

function ask(fields: Record<string, string>, parts: { timestamp?: string; key?: string } = {}) {
  const body = Buffer.from(new URLSearchParams(fields).toString());
  const timestamp = parts.timestamp ?? String(NOW);
  const needs = { ...at.needs, slackReplies: { takes: () => true, send: async (url: string, answer: unknown) => { sent.push({ url, answer }); return 'sent' as const; } } };
  return answerSlack(needs)({ timestamp, signature: signSlack(parts.key ?? 'slack-key', body, timestamp), body });
}
const command = (text: string, user = 'U0ANNA', parts = {}) => ask({ command: '/slipway', text, user_id: user }, parts);
const REPLY = 'https://hooks.slack.com/actions/T1/2/3';
const button = (verb: string, binding: string, user = 'U0ANNA') => ask({ payload: JSON.stringify({
  type: 'block_actions', user: { id: user }, response_url: REPLY, actions: [{ action_id: verb, value: JSON.stringify({ service: 'catalog', environment: 'production', binding }) }],
}) });

describe('answerSlack', () => {
  it('approves by command, bound to what waits, and answers the task', async () => {
    expect(await command('approve catalog')).toMatchObject({ response_type: 'in_channel', text: expect.stringContaining(`anna approved catalog 1.2.0 for production: sha256:${'a'.repeat(12)}`) });
    expect(at.answered).toEqual([{ token: 't', output: { approvedBy: ['anna'] } }]);
    expect(await command('approve catalog')).toMatchObject({ response_type: 'ephemeral', text: expect.stringContaining('Nothing of catalog waits') });
    expect(at.answered).toHaveLength(1);
  });

  it('rejects with the comment as the cause', async () => {
    await command('reject catalog production too slow');
    expect(at.answered).toEqual([{ token: 't', error: 'ApprovalRejected' }]);
  });

  it('shows what waits with buttons, whose press decides exactly that and is answered where Slack wants it', async () => {
    const shown = await command('pending');
    const actions = shown.blocks?.find((block) => block.type === 'actions');
    const value = JSON.parse(actions?.type === 'actions' ? actions.elements[0]?.value ?? '' : '') as { binding: string };
    expect(value).toEqual({ service: 'catalog', environment: 'production', binding: waiting.binding });
    await button('approve', value.binding);
    expect(at.answered).toHaveLength(1);
    expect(sent).toEqual([{ url: REPLY, answer: expect.objectContaining({ text: expect.stringContaining('anna approved catalog') }) }]);
  });

  it('does not take a button that showed something else', async () => {
    expect(await button('approve', 'f'.repeat(16))).toMatchObject({ response_type: 'ephemeral', text: expect.stringContaining('does not wait any more') });
    expect(at.answered).toEqual([]);
  });

  it.each([['somebody unknown', 'U0STRANGER', /is nobody here/], ['an empty user', 'X', /is nobody here/]])('refuses %s', async (_who, user, reason) => {
    expect((await command('approve catalog', user)).text).toMatch(reason);
    expect(at.answered).toEqual([]);
  });

  it.each([['help', /Use: \/slipway/], ['', /Use: \/slipway/], ['explode', /is no command/], ['approve', /Which service/], ['approve UPPER', /Which service/], ['status nothing', /There is no service/]])('answers "%s" in words', async (text, expected) => {
    expect((await command(text)).text).toMatch(expected);
  });

  it.each([['an old timestamp', { timestamp: String(NOW - 301) }], ['one from the future', { timestamp: String(NOW + 301) }], ['another key', { key: 'other' }]])('refuses a request with %s', async (_what, parts) => {
    await expect(command('approve catalog', 'U0ANNA', parts)).rejects.toMatchObject({ name: 'Unauthenticated' });
    expect(at.answered).toEqual([]);
  });
});
