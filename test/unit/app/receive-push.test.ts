import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Delivery } from '../../../src/domain/service.ts';
import { executionNameOf } from '../../../src/app/keep-delivery.ts';
import { receivePush, type PushRequest } from '../../../src/app/receive-push.ts';
import { registerRepository } from '../../../src/app/register.ts';
import { sweepOutbox } from '../../../src/app/sweep-outbox.ts';
import { deliveries } from '../../../src/app/look.ts';
import { signHub } from '../../../src/domain/signature.ts';
import { rig, type Rig } from './rig.ts';

let at: Rig;
beforeEach(async () => {
  at = rig();
  await registerRepository(at.needs)({ url: 'https://github.com/acme/shop.git', by: 'owner' as never });
});
afterEach(() => at.close());

const AFTER = '2'.repeat(40);
const push = (parts: Record<string, unknown> = {}) => ({ ref: 'refs/heads/main', before: '1'.repeat(40), after: AFTER, deleted: false, repository: { clone_url: 'https://github.com/acme/shop.git' }, pusher: { name: 'Ben Smith' }, ...parts });
function request(payload: unknown, headers: PushRequest['headers'] = {}, given?: Buffer): PushRequest {
  const body = given ?? Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  return { host: 'github', headers: { 'x-github-event': 'push', 'x-github-delivery': 'd-1', 'x-hub-signature-256': signHub('github-key', body), ...headers }, body };
}
const bitbucketRequest = (changes: unknown, uuid = '{f1a0}'): PushRequest => {
  const body = Buffer.from(JSON.stringify({ push: { changes }, repository: { full_name: 'acme/shop' }, actor: { display_name: 'Ben Smith' } }));
  return { host: 'bitbucket', headers: { 'x-event-key': 'repo:push', 'x-request-uuid': uuid, 'x-hub-signature': signHub('bitbucket-key', body) }, body };
};
const end = (name: string, digit: string) => ({ type: 'branch', name, target: { hash: digit.repeat(40) } });

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
    ['what looks like an option', push({ ref: '--upload-pack=touch x' }), /is no branch/],
    ['a branch that git would not take', push({ ref: 'refs/heads/a b' }), /is no branch/],
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
    ['a wrong signature', request(push(), { 'x-hub-signature-256': signHub('other', Buffer.from('x')) }), 'Unauthenticated'],
    ['no signature', request(push(), { 'x-hub-signature-256': undefined }), 'Unauthenticated'],
    ['a body that is no JSON', request('{"ref": '), 'InvalidInput'],
    ['a body of invalid UTF-8', request('', {}, Buffer.from([0x22, 0xff, 0x22])), 'InvalidInput'],
    ['a reference with a control character', request(push({ ref: 'refs/heads/a\u0007' })), 'InvalidInput'],
    ['the key of another host', request(push(), { 'x-hub-signature-256': signHub('gitlab-key', Buffer.from(JSON.stringify(push()))) }), 'Unauthenticated'],
    ['a commit that looks like an option', request(push({ after: '--upload-pack=touch /tmp/x' })), 'InvalidInput'],
    ['no delivery id', request(push(), { 'x-github-delivery': undefined }), 'InvalidInput'],
    ['a delivery id of other signs', request(push(), { 'x-github-delivery': 'a b' }), 'InvalidInput'],
  ])('refuses %s and keeps nothing', async (_what, given, name) => {
    await expect(receivePush(at.needs)(given)).rejects.toMatchObject({ name });
    expect(await deliveries(at.needs)(10)).toEqual([]);
  });

  it('says pong to a ping, and what it does not use', async () => {
    expect(await receivePush(at.needs)(request({ zen: 'x' }, { 'x-github-event': 'ping' }))).toMatchObject({ kind: 'pong' });
    expect(await receivePush(at.needs)(request({}, { 'x-github-event': 'issues' }))).toMatchObject({ kind: 'refused' });
  });

  it('makes a delivery of each branch that one request tells of', async () => {
    await registerRepository(at.needs)({ url: 'https://bitbucket.org/acme/shop', by: 'owner' as never });
    const several = bitbucketRequest([{ old: end('main', '1'), new: end('main', '2') }, { old: end('old', '3'), new: null }, { old: null, new: end('next', '4') }]);
    expect(await receivePush(at.needs)(several)).toMatchObject({ kind: 'accepted', delivery: 'bitbucket:f1a0.0', deliveries: [{ kind: 'accepted' }, { kind: 'refused', reason: expect.stringContaining('deleted') }, { kind: 'accepted' }] });
    expect((await deliveries(at.needs)(10)).map(({ id, ref, before, after }: Delivery) => [id, ref, before[0], after[0]]).sort(([one = ''], [other = '']) => (one < other ? -1 : 1))).toEqual([['bitbucket:f1a0.0', 'refs/heads/main', '1', '2'], ['bitbucket:f1a0.1', 'refs/heads/old', '3', '0'], ['bitbucket:f1a0.2', 'refs/heads/next', '0', '4']]);
    expect(at.started).toHaveLength(2);
    expect((await receivePush(at.needs)(several)).deliveries?.map(({ kind }) => kind)).toEqual(['duplicate', 'duplicate', 'duplicate']);
    expect(at.started).toHaveLength(2);
  });

  it('gives each delivery an execution of its own, whatever signs its id has', () => {
    const ids = ['a.1', 'a_1', 'a:1', `${'x'.repeat(90)}1`, `${'x'.repeat(90)}2`, 'plain-1'].map((id) => executionNameOf(id as never));
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[0-9A-Za-z_-]{1,80}$/);
    expect(ids.at(-1)).toBe('plain-1');
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
