/** Each host's webhook, by its sample: who may send it, and what it says. */
import * as fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { HOOKS } from '../../../src/contracts/git-hosts/index.ts';
import type { HookRequest } from '../../../src/contracts/git-hosts/hook.ts';
import { bodyOf, HttpEvent } from '../../../src/contracts/http.ts';
import { GIT_HOSTS, likelyHost, type GitHost } from '../../../src/domain/git-host.ts';
import { canonicalRepository } from '../../../src/domain/repository-url.ts';
import { signHub, signingTokenOf, signStandardWebhook, standardWebhookHolds } from '../../../src/domain/signature.ts';
import { SAMPLE_GITHUB_SECRET as KEY, samplesOf } from '../functions/samples.ts';

const SENT_AT = 1_795_176_000_000;
const BEFORE = '6113728f27ae82c7b1a177c8d03f9e96e0adf246';
const AFTER = '7fd1a60b01f91b314f59955a4e4d4e80d8edf11d';
const SAMPLES = samplesOf('webhook').map(({ name, event }) => {
  const parsed = HttpEvent.parse(event);
  return { name, host: parsed.rawPath.slice('/webhooks/'.length) as GitHost, request: { headers: parsed.headers, body: bodyOf(parsed), nowMs: SENT_AT } };
});
const sample = (file: string) => {
  const found = SAMPLES.find(({ name }) => name === file);
  if (found === undefined) throw new TypeError(`no sample ${file}`);
  return found;
};
const changed = (request: HookRequest, parts: Partial<HookRequest>): HookRequest => ({ ...request, ...parts });

const PUSHES = [
  ['github', 'push.json', '72d3162e-cc78-11e3-81ab-4c9367dc0958', 'https://git.example.com/shop/catalog'],
  ['gitlab', 'gitlab-push.json', 'f5e57ebc-b8f2-4f3b-a8b0-5e1d5be2f0a1', 'https://gitlab.example.com/shop/catalog'],
  ['gitlab', 'gitlab-signed.json', 'f5e57ebc-b8f2-4f3b-a8b0-5e1d5be2f0a1', 'https://gitlab.example.com/shop/catalog'],
  ['bitbucket', 'bitbucket-push.json', 'd3f4b6a2-40c5-4a4f-8f36-6f2d1f0c9b1a', 'https://bitbucket.org/shop/catalog'],
  ['bitbucket-server', 'bitbucket-server-push.json', '7a6c1b0e-2f0d-4d6e-8a35-0a8f4d0f6b7c', 'https://bitbucket.example.com/scm/shop/catalog'],
  ['gitea', 'gitea-push.json', 'f6266f16-1bf3-46a5-9ea4-602e06ead473', 'https://gitea.example.com/shop/catalog'],
  ['azure-devops', 'azure-devops-push.json', '03c164c2-8912-4d5e-8009-3707d5f83734', 'https://dev.azure.com/acme/shop/_git/catalog'],
] as const;

it('every host has a sample of a push', () => {
  expect([...new Set(PUSHES.map(([host]) => host))]).toEqual([...GIT_HOSTS]);
});

describe.each(PUSHES)('%s, %s', (host, file, delivery, address) => {
  const { request } = sample(file);

  it('is known by its proof, and says what moved', () => {
    expect(HOOKS[host].verified(KEY, request)).toBe(true);
    const read = HOOKS[host].read(request);
    if (read.kind !== 'pushes') throw new TypeError(read.kind);
    expect({ delivery: read.delivery, first: read.pushes[0] }).toEqual({ delivery, first: { ref: 'refs/heads/main', before: BEFORE, after: AFTER, addresses: expect.anything(), pusher: expect.stringMatching(/^anna$|^Anna Berg$/) } });
    expect(read.pushes[0]?.addresses.map(canonicalRepository)).toContain(address);
  });

  it('keeps no mail address', () => {
    expect(JSON.stringify(HOOKS[host].read(request))).not.toContain('anna@example.com');
  });

  it('is nobody\'s with another key, without any, or with an empty one', () => {
    expect([HOOKS[host].verified('another', request), HOOKS[host].verified(KEY, changed(request, { headers: { 'x-event-key': request.headers['x-event-key'], 'x-github-event': 'push' } })), HOOKS[host].verified('', request)]).toEqual([false, false, false]);
  });

  it('is nobody\'s when the body was changed on its way, where the host signs', () => {
    const other = changed(request, { body: Buffer.concat([request.body, Buffer.from(' ')]) });
    expect(HOOKS[host].verified(KEY, other)).toBe(file === 'gitlab-push.json' || host === 'azure-devops');
  });

  it('is refused where it is no push at all', () => {
    for (const text of ['', '[]', '{}', 'null', '{"ref":1}']) expect(() => HOOKS[host].read(changed(request, { body: Buffer.from(text) }))).toThrow(expect.objectContaining({ name: 'InvalidInput' }));
  });

  it('is refused with commits that are none, and references with control characters', () => {
    const text = Buffer.from(request.body).toString();
    for (const wrong of [text.replaceAll(AFTER, '--upload-pack=touch'), text.replaceAll(AFTER, AFTER.slice(1)), text.replaceAll('refs/heads/main', String.raw`refs/heads/a\nb`)]) {
      if (wrong === text) continue;
      expect(() => HOOKS[host].read(changed(request, { body: Buffer.from(wrong) }))).toThrow(expect.objectContaining({ name: 'InvalidInput' }));
    }
  });
});

it.each(GIT_HOSTS)('%s reads whatever it is sent, or refuses it', (host) => {
  fc.assert(fc.property(fc.json(), fc.string(), (body, event) => {
    try {
      HOOKS[host].read({ body: Buffer.from(body), nowMs: SENT_AT, headers: { 'x-github-event': event, 'x-event-key': event, 'x-gitea-event': event } });
    } catch (error) {
      expect((error as Error).name).toBe('InvalidInput');
    }
  }), { numRuns: 200 });
});

describe('what is said beside pushes', () => {
  it('is answered, and nothing more', () => {
    expect(HOOKS.github.read(sample('ping.json').request)).toEqual({ kind: 'ping' });
    const ping = sample('bitbucket-server-ping.json').request;
    expect([HOOKS['bitbucket-server'].verified(KEY, ping), HOOKS['bitbucket-server'].read(ping)]).toEqual([true, { kind: 'ping' }]);
    const { request } = sample('gitlab-push.json');
    expect(HOOKS.gitlab.read(changed(request, { body: Buffer.from('{"object_kind":"issue"}') }))).toMatchObject({ kind: 'unused', event: 'issue' });
    expect(HOOKS['azure-devops'].read(changed(request, { body: Buffer.from('{"eventType":"build.complete"}') }))).toMatchObject({ kind: 'unused', event: 'build.complete' });
  });

  it('a tag is told as a tag', () => {
    expect(HOOKS.gitlab.read(sample('gitlab-tag.json').request)).toMatchObject({ kind: 'pushes', pushes: [{ ref: 'refs/tags/v1.0.0' }] });
  });

  it('a branch that is gone has no commit, and a change without ends is none', () => {
    const read = HOOKS.bitbucket.read(sample('bitbucket-push.json').request);
    expect(read).toMatchObject({ pushes: [{ ref: 'refs/heads/main' }, { ref: 'refs/heads/sorting', before: AFTER, after: '0'.repeat(40) }] });
    const body = Buffer.from(JSON.stringify({ push: { changes: [{ new: null, old: null }] }, repository: { full_name: 'a/b' } }));
    expect(HOOKS.bitbucket.read({ headers: { 'x-event-key': 'repo:push' }, body, nowMs: SENT_AT })).toMatchObject({ pushes: [] });
  });
});

describe('proofs that are particular', () => {
  it('GitLab\'s signature counts for five minutes, and no token makes up for one that does not hold', () => {
    const { request } = sample('gitlab-signed.json');
    expect([299, 301].map((seconds) => HOOKS.gitlab.verified(KEY, changed(request, { nowMs: SENT_AT + seconds * 1000 })))).toEqual([true, false]);
    expect(HOOKS.gitlab.verified(KEY, changed(request, { headers: { ...request.headers, 'x-gitlab-token': KEY, 'webhook-signature': 'v1,AAAA' } }))).toBe(false);
    expect(HOOKS.gitlab.verified(KEY, changed(request, { headers: { ...request.headers, 'webhook-signature': `v1,${'A'.repeat(43)}= ${request.headers['webhook-signature'] ?? ''}` } }))).toBe(true);
  });

  it('a signing token is the same key in another form', () => {
    const secret = 'ab'.repeat(32);
    const signature = signStandardWebhook(signingTokenOf(secret), Buffer.from('{}'), 'm', '1795176000');
    expect(signingTokenOf(secret)).toBe(`whsec_${Buffer.from(secret, 'hex').toString('base64')}`);
    expect(standardWebhookHolds(secret, Buffer.from('{}'), { id: 'm', timestamp: '1795176000', signature }, SENT_AT)).toBe(true);
    expect(standardWebhookHolds(secret, Buffer.from('{}'), { id: 'n', timestamp: '1795176000', signature }, SENT_AT)).toBe(false);
  });

  it('Forgejo\'s header alone is enough, and a wrong one beside is not overlooked', () => {
    const { request } = sample('gitea-push.json');
    const hex = signHub(KEY, request.body).slice('sha256='.length);
    expect(HOOKS.gitea.verified(KEY, changed(request, { headers: { 'x-forgejo-signature': hex } }))).toBe(true);
    expect(HOOKS.gitea.verified(KEY, changed(request, { headers: { ...request.headers, 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` } }))).toBe(false);
  });

  it('Azure DevOps takes any user name, and a password with a colon in it', () => {
    const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
    const given = (headers: HookRequest['headers']) => HOOKS['azure-devops'].verified('a:b', { headers, body: Buffer.from(''), nowMs: SENT_AT });
    expect([basic('anybody:a:b'), basic(':a:b'), basic('a:b'), basic('x'), { authorization: 'Bearer a:b' }, {}].map(given)).toEqual([true, true, false, false, false, false]);
  });
});

it.each([
  ['https://github.com/acme/shop', 'github'], ['https://acme.ghe.com/a/b', 'github'], ['https://gitlab.acme.example/a/b', 'gitlab'], ['https://bitbucket.org/a/b', 'bitbucket'], ['https://bitbucket.acme.example/scm/a/b', 'bitbucket-server'],
  ['https://codeberg.org/a/b', 'gitea'], ['https://dev.azure.com/o/p/_git/r', 'azure-devops'], ['https://acme.visualstudio.com/p/_git/r', 'azure-devops'], ['https://git.acme.example/a/b', null], ['/srv/git/shop', null],
] as const)('%s is most likely of %s', (url, host) => {
  expect(likelyHost(url)).toBe(host);
});

describe('events of GitHub beside pushes', () => {
  const read = (event: string, payload: unknown) => HOOKS.github.read({ headers: { 'x-github-event': event, 'x-github-delivery': 'd' }, body: Buffer.from(JSON.stringify(payload)), nowMs: SENT_AT });
  const bodyIn = (file: string) => JSON.parse(Buffer.from(sample(file).request.body).toString()) as Record<string, unknown>;

  it('a pull request is of the repository that it is made to, also when its head is in a fork', () => {
    expect(HOOKS.github.read(sample('pull-request.json').request)).toEqual({
      kind: 'pushes', delivery: '9e2fd3a0-9c3c-11ef-8f5a-2f3b4d5c6e7f', deliveryFrom: 'X-GitHub-Delivery',
      pushes: [{ ref: 'refs/pull/7/head', before: BEFORE, after: AFTER, addresses: ['https://git.example.com/shop/catalog.git'], pusher: 'anna', pullRequest: { number: 7, into: 'main' } }],
    });
  });

  it.each(['closed', 'labeled', 'edited'])('a pull request that was %s is nothing to plan', (action) => {
    expect(read('pull_request', { ...bodyIn('pull-request.json'), action })).toMatchObject({ kind: 'unused', used: expect.stringContaining('synchronize') });
  });

  it.each([[{ number: 0 }], [{ number: '7' }], [{ pull_request: { base: { ref: 'main', sha: '--upload-pack=x' }, head: { sha: AFTER } } }], [{ pull_request: null }]])('a pull request with %j is refused', (parts) => {
    expect(() => read('pull_request', { ...bodyIn('pull-request.json'), ...parts })).toThrow('no GitHub pull_request event');
  });

  const run = (parts: Record<string, unknown>) => { const body = bodyIn('workflow-run.json'); return read('workflow_run', { ...body, workflow_run: { ...body['workflow_run'] as object, ...parts } }); };

  it.each([['workflow-run.json', 'success'], ['workflow-run-failed.json', 'failure']])('a run that has ended is of its branch and commit: %s', (file, conclusion) => {
    expect(HOOKS.github.read(sample(file).request)).toEqual({
      kind: 'pushes', delivery: expect.stringMatching(/^a1b2c3d4-/), deliveryFrom: 'X-GitHub-Delivery',
      pushes: [{ ref: 'refs/heads/main', before: '0'.repeat(40), after: AFTER, addresses: ['https://git.example.com/shop/catalog.git'], pusher: 'anna', workflow: { file: '.github/workflows/ci.yml', number: 12, conclusion } }],
    });
  });

  it('a run is of its file, whether the run names it or the workflow, and without the reference behind it', () => {
    for (const path of ['.github/workflows/ci.yml@main', '.github/workflows/ci.yml@refs/heads/a@b', undefined]) expect(run({ path })).toMatchObject({ pushes: [{ workflow: { file: '.github/workflows/ci.yml' } }] });
  });

  it.each([
    ['of a pull request', { event: 'pull_request' }], ['of a pull request, with the rights of the base', { event: 'pull_request_target' }], ['of another run', { event: 'workflow_run' }], ['of a fork whose branch is called main', { head_repository: { id: 666 } }],
    ['of no repository any more', { head_repository: null }], ['of no branch', { head_branch: null }], ['without an outcome', { conclusion: null }],
  ])('a run %s counts for nothing', (_what, parts) => {
    expect(run(parts)).toMatchObject({ kind: 'unused', used: expect.stringContaining('workflow_run') });
  });

  it('a run that goes on still, or has no commit that is one, counts for nothing', () => {
    expect(read('workflow_run', { ...bodyIn('workflow-run.json'), action: 'requested' })).toMatchObject({ kind: 'unused', event: 'workflow_run (requested, by push)' });
    expect(() => run({ head_sha: '--upload-pack=x' })).toThrow('no GitHub workflow_run event');
  });
});

describe('GitLab\'s pipelines', () => {
  const read = (parts: Record<string, unknown>) => {
    const { request } = sample('gitlab-pipeline.json');
    const body = JSON.parse(Buffer.from(request.body).toString()) as { object_attributes: object };
    return HOOKS.gitlab.read({ ...request, body: Buffer.from(JSON.stringify({ ...body, object_attributes: { ...body.object_attributes, ...parts } })) });
  };

  it.each(['success', 'failed', 'canceled', 'skipped'])('that have ended as %s are of their branch and commit', (status) => {
    expect(read({ status })).toMatchObject({ kind: 'pushes', delivery: '0b1c6d4e-5f0f-4c8e-9a44-6f1f0a3d7b55', pushes: [{ ref: 'refs/heads/main', after: AFTER, pusher: 'anna', workflow: { file: '.gitlab-ci.yml', number: 31, conclusion: status } }] });
  });

  it.each([['that run still', { status: 'running' }], ['of a tag', { tag: true }], ['of a merge request', { source: 'merge_request_event' }], ['of another pipeline', { source: 'parent_pipeline' }]])('%s count for nothing', (_what, parts) => {
    expect(read(parts)).toMatchObject({ kind: 'unused' });
  });

  it('keep no mail address', () => {
    expect(JSON.stringify(HOOKS.gitlab.read(sample('gitlab-pipeline.json').request))).not.toContain('anna@example.com');
  });
});
