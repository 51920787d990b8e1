import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { assert, property, string } from 'fast-check';
import { commandOf, HELP, SLACK_USAGE, SLACK_VERBS } from '../../../../src/app/slack/commands.ts';
import { desire, nothingDesired } from '../../../../src/app/state/desire.ts';
import { findDesired } from '../../../../src/app/state/documents.ts';
import { wordsOf } from '../../../../src/contracts/slack/words.ts';
import { Identity } from '../../../../src/domain/ids.ts';
import { approval } from '../../../builders/approval.ts';
import { buttonsOf } from '../../../slack/member.ts';
import type { MessageBlock } from '../../../slack/block-rules.ts';
import { environmentsFor, slackRig, type SlackRig } from './rig.ts';

let at: SlackRig;
const waiting = () => approval({ expiresAt: at.clock.now() + 3_600_000 });
const say = (text: string, user = 'U0ANNA') => at.member(user).ask(text);

beforeEach(async () => {
  at = await slackRig();
  await at.service('catalog');
});
afterEach(() => at.close());

async function placed(service = 'catalog'): Promise<void> {
  for (const environment of ['staging', 'production'] as never[]) {
    const { writes } = desire(undefined, nothingDesired(service as never, environment, 'process', { by: 'request' }), { by: Identity.parse('ben'), at: at.clock.now(), reason: 'first', commit: null });
    await at.needs.store.transact(writes);
  }
}

describe('words', () => {
  it.each([
    ['reject catalog "prices are wrong"', ['reject', 'catalog', 'prices are wrong']], ['reject catalog “prices are wrong” now', ['reject', 'catalog', 'prices are wrong', 'now']],
    ['  status   catalog ', ['status', 'catalog']], ['', []], ['a "" b', ['a', '', 'b']], ['a "b c', ['a', 'b', 'c']],
  ])('%s', (text, expected) => expect(wordsOf(text)).toEqual(expected));

  it('hold no quotes and are never lost, whatever is typed', () => {
    assert(property(string({ maxLength: 200 }), (text) => {
      const words = wordsOf(text);
      expect(words.join('')).not.toMatch(/["\u201C\u201D\u201E]/);
      expect(words.join('').replaceAll(/\s/g, '')).toBe(text.replaceAll(/["\u201C\u201D\u201E]|\s/g, ''));
    }));
  });
});

describe('commands', () => {
  it('are all in the help, and none is unknown to it', () => {
    for (const verb of SLACK_VERBS) expect(HELP).toContain(`/slipway ${verb}${SLACK_USAGE[verb][0] === '' ? '' : ` ${SLACK_USAGE[verb][0]}`}`);
    expect(commandOf('')).toEqual({ verb: 'help', words: [] });
    expect(commandOf('STATUS catalog')).toEqual({ verb: 'status', words: ['catalog'] });
  });

  it.each([
    ['aprove catalog', /Did you mean \/slipway approve\?/], ['explode', /is no command\. There are: status/], ['status catalgo', /There is no service "catalgo"\. Did you mean catalog\?/], ['status', /\*catalog\*/], ['approve', /Which service\?/],
    ['approve catalog productoin', /There is no environment "productoin"\. Did you mean production\?/], ['pause catalog', /In which environment\? There are: staging, production\./], ['rollback catalog nowhere', /There is no environment "nowhere"\. There are: staging, production\./],
    ['promote catalog production at once', /"at once" is too much\. Use: \/slipway promote service environment/], ['history catalog', /newest pipelines of catalog/], ['rollback catalog production', /was never deployed in production/], ['help', /\/slipway rollback service environment \[version\]/],
  ])('%s is answered in words', async (text, expected) => {
    expect(await say(text)).toMatch(expected);
  });

  it('approves what waits, says what that was, and answers the task', async () => {
    await at.wait(waiting());
    const answer = await at.member('U0ANNA').answer(await at.member('U0ANNA').type('approve catalog production "looks good"'));
    expect(answer.body).toMatchObject({ response_type: 'in_channel', replace_original: false, text: expect.stringMatching(/^anna approved catalog 1\.2\.0 for production: `sha256:a{12}`, plan `b{12}`, request `[0-9a-f]{16}`\. "looks good"$/) });
    expect(at.answered).toEqual([{ token: 't', output: { approvedBy: ['anna'] } }]);
    expect(await say('approve catalog')).toMatch(/Nothing of catalog waits/);
    expect(at.answered).toHaveLength(1);
  });

  it('rejects with the rest as the reason', async () => {
    await at.wait(waiting());
    expect(await say('reject catalog too slow for us')).toMatch(/anna rejected catalog .* "too slow for us"/);
    expect(at.answered).toEqual([{ token: 't', error: 'ApprovalRejected' }]);
  });

  it('pauses and resumes a place', async () => {
    await placed();
    expect(await say('pause catalog staging we are debugging')).toBe('anna paused repair of catalog in staging: we are debugging.');
    expect((await findDesired(at.needs.store, 'catalog' as never, 'staging' as never))?.value.paused).toMatchObject({ by: 'anna', why: 'we are debugging' });
    expect(await say('status catalog')).toMatch(/staging `nothing` 0\/0 healthy, repair paused/);
    expect(await say('resume catalog staging')).toBe('anna resumed repair of catalog in staging.');
    expect((await findDesired(at.needs.store, 'catalog' as never, 'staging' as never))?.value.paused).toBeNull();
    expect(await say('resume catalog staging the leak is found')).toBe('anna resumed repair of catalog in staging: the leak is found.');
  });

  it('shows what waits with buttons, of which approve asks first', async () => {
    await at.wait(waiting());
    const member = at.member('U0ANNA');
    const { body } = await member.answer(await member.type('pending'));
    const buttons = buttonsOf(body['blocks'] as MessageBlock[]);
    expect(buttons.map(({ action_id: action, confirm }) => [action, confirm?.text.text])).toEqual([['approve', expect.stringMatching(/^catalog 1\.2\.0 in production\. Artifact sha256:a{12}, plan b{12}, request [0-9a-f]{16}\. /)], ['reject', undefined]]);
    expect(JSON.parse(buttons[0]?.value ?? '')).toEqual({ service: 'catalog', environment: 'production', binding: waiting().binding });
  });
});

describe('roles', () => {
  const roles = [{ role: 'viewer', who: ['vera'] }, { role: 'deployer', who: ['stan'], environments: ['staging'] }, { role: 'approver', who: ['anna'], teams: ['pay'] }, { role: 'deployer', who: ['ben'] }];

  it.each([
    ['U0VERA', 'approve catalog', /vera may not decide/], ['U0VERA', 'pause catalog staging', /vera may not pause/], ['U0VERA', 'rollback catalog staging', /vera may not rollback/], ['U0VERA', 'promote catalog staging', /vera may not promote/], ['U0VERA', 'resume catalog staging', /vera may not pause/],
    ['U0STAN', 'pause catalog production', /stan may pause, but not for services of the team shop in production/], ['U0STAN', 'approve catalog', /stan may not decide/],
    ['U0ANNA', 'approve catalog', /There is no service "catalog"/], ['U0ANNA', 'status catalog', /There is no service "catalog"/], ['U0ANNA', 'history catalog', /There is no service "catalog"/], ['U0BEN', 'approve catalog', /ben may not decide/],
    ['U0STRANGER', 'status', /is nobody here/], ['U0STRANGER', 'pending', /is nobody here/], ['U0STRANGER', 'approve catalog', /is nobody here/],
  ])('%s may not: %s', async (user, text, reason) => {
    at.environments.text = environmentsFor(roles);
    await placed();
    await at.wait(waiting());
    const before = await at.needs.store.query('approvals', '', { limit: 10 });
    expect(await say(text, user)).toMatch(reason);
    expect(at.answered).toEqual([]);
    expect((await at.needs.store.query('approvals', '', { limit: 10 })).items).toEqual(before.items);
  });

  it('bind buttons and dialogs, too', async () => {
    at.environments.text = environmentsFor(roles);
    const asked = waiting();
    await at.wait(asked);
    const value = JSON.stringify({ service: 'catalog', environment: 'production', binding: asked.binding });
    for (const action of ['approve', 'reject']) {
      const ben = at.member('U0BEN');
      expect((await ben.answer(await ben.pressValue(action, value))).text).toMatch(/ben may not decide/);
    }
    expect([at.answered, at.slack.views]).toEqual([[], []]);
  });

  it('hide what may not be seen from lists', async () => {
    await at.service('ledger', 'pay');
    at.environments.text = environmentsFor([{ role: 'viewer', who: ['vera'], teams: ['pay'] }]);
    await at.wait(waiting());
    expect(await say('status', 'U0VERA')).toMatch(/^\*ledger\*/);
    expect(await say('status', 'U0VERA')).not.toContain('catalog');
    expect(await say('pending', 'U0VERA')).toBe('Nothing waits for a decision.');
  });

  it('somebody without a role may ask for help only', async () => {
    at.environments.text = environmentsFor([{ role: 'viewer', who: ['ben'] }]);
    expect(await say('status', 'U0VERA')).toMatch(/vera has no role here/);
    expect(await say('help', 'U0VERA')).toContain('/slipway status');
  });
});
