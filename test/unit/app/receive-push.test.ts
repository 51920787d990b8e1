import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { receivePush, type PushRequest } from '../../../src/app/receive-push.ts';
import { registerRepository } from '../../../src/app/register.ts';
import { sweepOutbox } from '../../../src/app/sweep-outbox.ts';
import { deliveries } from '../../../src/app/look.ts';
import { signGithub } from '../../../src/domain/signature.ts';
import { rig, type Rig } from './rig.ts';

let at: Rig;
beforeEach(async () => {
  at = rig();
  await registerRepository(at.needs)({ url: 'https://github.com/acme/shop.git', by: 'owner' as never });
});
afterEach(() => at.close());

const AFTER = '2'.repeat(40);
const push = (parts: Record<string, unknown> = {}) => ({ ref: 'refs/heads/main', before: '1'.repeat(40), after: AFTER, deleted: false, repository: { clone_url: 'https://github.com/acme/shop.git' }, pusher: { name: 'Ben Smith' }, ...parts });
function request(payload: unknown, parts: Partial<PushRequest> = {}): PushRequest {
  const body = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  return { event: 'push', delivery: 'd-1', signature: signGithub('github-key', body), body, ...parts };
}

describe('receivePush', () => {
  it('keeps the delivery and starts its machine', async () => {
    expect(await receivePush(at.needs)(request(push()))).toMatchObject({ kind: 'accepted', delivery: 'd-1' });
    expect(at.started).toEqual([{ machine: 'delivery', name: 'd-1', input: { deliveryId: 'd-1' } }]);
    expect(await deliveries(at.needs)(10)).toMatchObject([{ id: 'd-1', after: AFTER, pusher: 'Ben-Smith', outcome: { kind: 'pending' } }]);
  });

  it('changes nothing when the delivery comes again', async () => {
    await receivePush(at.needs)(request(push()));
    expect(await receivePush(at.needs)(request(push()))).toMatchObject({ kind: 'duplicate' });
    expect(at.started).toHaveLength(1);
  });

  it.each([
    ['a tag', push({ ref: 'refs/tags/v1' }), /is a tag/],
    ['a deletion', push({ deleted: true, after: '0'.repeat(40) }), /was deleted/],
    ['a note', push({ ref: 'refs/notes/x' }), /is no branch/],
    ['an unknown repository', push({ repository: { clone_url: 'https://github.com/acme/other.git' } }), /not registered.*slipway service add/],
  ])('records the refusal of %s', async (_what, payload, reason) => {
    const answer = await receivePush(at.needs)(request(payload));
    expect(answer).toMatchObject({ kind: 'refused', reason: expect.stringMatching(reason) });
    expect(at.started).toEqual([]);
    expect((await deliveries(at.needs)(10))[0]?.outcome).toMatchObject({ kind: 'decided', admissions: [{ kind: 'refused', reason: answer.reason }] });
  });

  it('knows a repository by its other address', async () => {
    expect(await receivePush(at.needs)(request(push({ repository: { ssh_url: 'git@github.com:acme/shop.git' } })))).toMatchObject({ kind: 'accepted' });
  });

  it.each([
    ['a wrong signature', request(push(), { signature: signGithub('other', Buffer.from('x')) }), 'Unauthenticated'],
    ['no signature', request(push(), { signature: undefined }), 'Unauthenticated'],
    ['a body that is no JSON', request('{"ref": '), 'InvalidInput'],
    ['a body of invalid UTF-8', (() => { const body = Buffer.from([0x22, 0xff, 0x22]); return request('', { body, signature: signGithub('github-key', body) }); })(), 'InvalidInput'],
    ['a commit that looks like an option', request(push({ after: '--upload-pack=touch /tmp/x' })), 'InvalidInput'],
    ['no delivery id', request(push(), { delivery: undefined }), 'InvalidInput'],
    ['a delivery id of other signs', request(push(), { delivery: 'a b' }), 'InvalidInput'],
  ])('refuses %s and keeps nothing', async (_what, given, name) => {
    await expect(receivePush(at.needs)(given)).rejects.toMatchObject({ name });
    expect(await deliveries(at.needs)(10)).toEqual([]);
  });

  it('says pong to a ping, and what it does not use', async () => {
    expect(await receivePush(at.needs)(request({ zen: 'x' }, { event: 'ping' }))).toMatchObject({ kind: 'pong' });
    expect(await receivePush(at.needs)(request({}, { event: 'issues' }))).toMatchObject({ kind: 'refused' });
  });

  it('loses no acknowledged delivery while the orchestrator is down', async () => {
    at.state.down = true;
    expect(await receivePush(at.needs)(request(push()))).toMatchObject({ kind: 'accepted' });
    expect(at.started).toEqual([]);
    expect(await sweepOutbox(at.needs)({ graceMs: 0 })).toEqual({ closed: 0, open: 1 });
    at.state.down = false;
    expect(await sweepOutbox(at.needs)({ graceMs: 0 })).toEqual({ closed: 1, open: 0 });
    expect(at.started).toHaveLength(1);
    expect(await sweepOutbox(at.needs)({ graceMs: 0 })).toEqual({ closed: 0, open: 0 });
  });
});
