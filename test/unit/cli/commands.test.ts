import { afterEach, describe, expect, it } from '@jest/globals';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { GIT_HOSTS, webhookSecretFile } from '../../../src/domain/git-host.ts';
import { approval, deployment, desired, DIGEST, hold, instance, observed, pipeline, START, test } from './builders.ts';
import { controlPlane, problem, type Asked, type Canned, type ControlPlane } from './control-plane.ts';
import { inFolder, run, type Ran } from './run.ts';
import { badRelease, goodRelease, type Moment } from './story.ts';

let plane: ControlPlane | undefined;
afterEach(async () => {
  await plane?.close();
  plane = undefined;
});

async function against(answers: Readonly<Record<string, Canned | ((asked: Asked) => Canned)>>, words: readonly string[], needs: Parameters<typeof run>[1] = {}): Promise<Ran & { asked: Asked[] }> {
  plane = await controlPlane(answers);
  return { ...(await run(words, { address: plane.address, ...needs })), asked: plane.asked };
}

/** One answer after the other, the last again and again. */
function inTurn(moments: readonly Moment[]): () => Canned {
  let turn = 0;
  return () => ({ body: moments[Math.min(turn++, moments.length - 1)]?.detail });
}

const bodies = (asked: readonly Asked[]): unknown[] => asked.filter((one) => one.method === 'POST').map((one) => JSON.parse(one.body) as unknown);
const place = '/v1/services/catalog/environments/production';
const serviceStatus = (parts: object = {}) => ({
  service: { name: 'catalog', team: 'shop', repository: 'https://github.com/acme/shop', manifestPath: 'slipway.yaml', pipelines: 7, lastRelease: null, registeredAt: START },
  places: [{ environment: 'staging', desired: null, observed: null }, { environment: 'production', desired: desired('production'), observed: observed('production', { 'catalog-6-production': 100 }, [instance('catalog-6-production', 1), instance('catalog-6-production', 2)]) }],
  running: [], waiting: [], ...parts,
});

describe('deploy, plan, rollback', () => {
  it('starts a pipeline and says how to watch it', async () => {
    const { code, out, asked } = await against({ 'POST /v1/deployments': { status: 202, body: pipeline() } }, ['deploy', 'catalog', '--version', '1.4.0']);
    expect([code, out]).toEqual([0, 'catalog-7 has begun: catalog 1.4.0 to staging, production.\nWatch it: slipway history catalog --wait\n']);
    expect(bodies(asked)).toEqual([{ service: 'catalog', version: '1.4.0' }]);
  });

  it('waits: exit 0 only when the pipeline succeeded', async () => {
    const { code, out } = await against({ 'POST /v1/deployments': { status: 202, body: pipeline() }, 'GET /v1/pipelines/catalog-7': inTurn(goodRelease) }, ['deploy', 'catalog', '-v', '1.4.0', '-e', 'production', '--wait']);
    expect(code).toBe(0);
    expect(out).toContain('production approval passed: approved by carl');
    expect(out.trimEnd().split('\n').at(-1)).toBe('catalog-7 succeeded: catalog 1.4.0 is in place.');
  });

  it('waits: exit 1 with the reason otherwise', async () => {
    const { code, out } = await against({ 'POST /v1/deployments': { body: pipeline() }, 'GET /v1/pipelines/catalog-7': inTurn(badRelease) }, ['deploy', 'catalog', '-v', '1.4.0', '--wait']);
    expect([code, out.trimEnd().split('\n').at(-1)]).toEqual([1, 'catalog-7 failed: CandidateWorse. The candidate fails 5.0 % of its requests.']);
  });

  it.each([
    [{ kind: 'superseded', at: START, by: 'catalog-8' }, 'catalog-7 was superseded by catalog-8.'],
    [{ kind: 'cancelled', at: START, by: 'ben', why: 'wrong branch' }, 'catalog-7 was cancelled by ben: wrong branch.'],
  ])('waits: %j is no success', async (status, last) => {
    const { code, out } = await against({ 'GET /v1/services/catalog/pipelines': { body: [pipeline()] }, 'GET /v1/pipelines/catalog-7': { body: { pipeline: pipeline({ status }), deployments: [] } } }, ['history', 'catalog', '--wait']);
    expect([code, out.trimEnd().split('\n').at(-1)]).toEqual([1, last]);
  });

  it('waits as JSON: one line per state and nothing else', async () => {
    const { code, out } = await against({ 'POST /v1/deployments': { body: pipeline() }, 'GET /v1/pipelines/catalog-7': inTurn(goodRelease) }, ['deploy', 'catalog', '-v', '1.4.0', '--wait', '--json']);
    const states = out.trimEnd().split('\n').map((line) => JSON.parse(line) as { status: { kind: string } });
    expect([code, states.length, states.at(-1)?.status.kind]).toEqual([0, goodRelease.length, 'succeeded']);
  });

  it('goes on watching when the control plane is away for a while', async () => {
    const story = inTurn(goodRelease);
    let turn = 0;
    const { code, out } = await against({ 'POST /v1/deployments': { body: pipeline() }, 'GET /v1/pipelines/catalog-7': () => (turn++ % 3 === 1 ? 'hang up' : turn % 3 === 0 ? problem(500, 'Internal', 'a fault') : story()) }, ['deploy', 'catalog', '-v', '1.4.0', '--wait']);
    expect(code).toBe(0);
    expect(out).toContain('does not answer; the pipeline goes on where it was. Trying again.');
  });

  it('gives up after two minutes of silence with exit 3', async () => {
    let turn = 0;
    const { code, err } = await against({ 'POST /v1/deployments': { body: pipeline() }, 'GET /v1/pipelines/catalog-7': () => (turn++ === 0 ? { body: goodRelease[0]?.detail } : 'hang up') }, ['deploy', 'catalog', '-v', '1.4.0', '--wait']);
    expect(code).toBe(3);
    expect(err).toContain('No control plane answers at http://127.0.0.1:');
  });

  it('stops watching on Ctrl-C, and only that', async () => {
    let interrupt = (): void => undefined;
    const { code, err, asked } = await against({
      'POST /v1/deployments': { body: pipeline() },
      'GET /v1/pipelines/catalog-7': () => {
        interrupt();
        return { body: goodRelease[1]?.detail };
      },
    }, ['deploy', 'catalog', '-v', '1.4.0', '--wait'], { needs: { onInterrupt: (listener) => {
      interrupt = listener;
      return () => undefined;
    } } });
    expect([code, err]).toEqual([130, 'Stopped watching. catalog-7 goes on: slipway show catalog-7, slipway cancel catalog-7\n']);
    expect(asked.map((one) => `${one.method} ${one.path}`)).toEqual(['POST /v1/deployments', 'GET /v1/pipelines/catalog-7']);
  });

  it('prints a plan and its hash', async () => {
    const { code, out, asked } = await against({ 'POST /v1/plans': { body: { plan: {}, hash: 'abc', lines: ['canary:', '  1. candidate to 1 instance'] } } }, ['plan', 'catalog', '-v', '1.4.0', '-e', 'production']);
    expect([code, out]).toEqual([0, 'canary:\n  1. candidate to 1 instance\n\nplan abc\n']);
    expect(bodies(asked)).toEqual([{ service: 'catalog', version: '1.4.0', environment: 'production' }]);
  });

  it('rolls back, to a version if one is named', async () => {
    const { asked, out } = await against({ [`POST ${place}/rollback`]: { status: 202, body: pipeline({ cause: 'rollback', waves: [['production']] }) } }, ['rollback', 'catalog', '-e', 'production', '-v', '1.3.0']);
    expect(bodies(asked)).toEqual([{ version: '1.3.0' }]);
    expect(out).toContain('catalog-7 has begun: catalog 1.4.0 to production.');
  });
});

describe('approve and reject', () => {
  const answers = { 'GET /v1/approvals': { body: [approval()] }, 'POST /v1/decisions': { body: approval({ status: { kind: 'approved', at: START }, decisions: [{ by: 'carl', at: START, decision: 'approve', comment: '' }] }) } };

  it('shows digest, plan and evidence, and sends the binding that was shown', async () => {
    const { code, out, asked } = await against(answers, ['approve', 'catalog', '--comment', 'fine', '--yes']);
    expect(code).toBe(0);
    for (const part of [DIGEST, 'abcdef0123456789', '00112233445566ff', 'tests: 1 of 1 test passed', 'candidate  480 requests, 1 failed (0.21 %)', '[ ] The search finds a product', '1 of anna, carl, not the author; 1h00m left']) expect(out).toContain(part);
    expect(out.trimEnd().split('\n').at(-1)).toBe('Approved: catalog 1.4.0 in production.');
    expect(bodies(asked)).toEqual([{ service: 'catalog', environment: 'production', decision: 'approve', comment: 'fine', binding: '00112233445566ff' }]);
  });

  it.each([[false, 1, 0], [true, 0, 1]])('asks on a terminal: the answer %p', async (answer, exitCode, decisions) => {
    const questions: string[] = [];
    const { code, asked } = await against(answers, ['reject', 'catalog'], { needs: { isTerminal: true, ask: { confirm: async (question) => {
      questions.push(question);
      return answer;
    }, init: async () => null } } });
    expect([code, questions, bodies(asked).length]).toEqual([exitCode, ['Reject this?'], decisions]);
  });

  it('does not ask with --yes', async () => {
    expect((await against(answers, ['approve', 'catalog', '--yes'], { needs: { isTerminal: true } })).code).toBe(0);
  });

  it('takes nobody\'s yes for granted where nobody can be asked, and shows what would have been decided', async () => {
    const refused = await against(answers, ['approve', 'catalog']);
    expect([refused.code, bodies(refused.asked)]).toEqual([2, []]);
    expect(refused.err).toContain('nothing was decided. For exactly what is shown: slipway approve catalog --request 00112233445566ff.');
    expect(refused.out).toContain('tests: 1 of 1 test passed');
    await plane?.close();
    expect((await against(answers, ['approve', 'catalog', '--request', '00112233445566ff'])).code).toBe(0);
  });

  it('refuses what is no longer there, and what is not clear', async () => {
    const two = [approval(), approval({ id: 'catalog-7-asia-approval', binding: 'ffffffffffffffff', subject: { ...approval().subject, environment: 'asia' } })];
    const gone = await against(answers, ['approve', 'catalog', '--request', '9999999999999999']);
    expect([gone.code, gone.err]).toEqual([1, 'What 9999999999999999 showed does not wait any more; 00112233445566ff does. Look at it again: slipway show catalog-7\n']);
    await plane?.close();
    const unclear = await against({ 'GET /v1/approvals': { body: two } }, ['approve', 'catalog']);
    expect([unclear.code, unclear.err.split('\n')[2]]).toEqual([2, '  --environment asia --request ffffffffffffffff  (1.4.0: May catalog 1.4.0 be rolled out in production?)']);
    await plane?.close();
    const none = await against({ 'GET /v1/approvals': { body: two } }, ['approve', 'basket']);
    expect([none.code, none.err, bodies(none.asked)]).toEqual([1, 'Nothing of basket waits for a decision. See: slipway history basket\n', []]);
  });

  it('says the rule that refuses', async () => {
    const { code, err } = await against({ ...answers, 'POST /v1/decisions': problem(403, 'Forbidden', 'Not taken: ben may not decide here.') }, ['approve', 'catalog', '--yes']);
    expect([code, err]).toEqual([1, 'Not taken: ben may not decide here.\n']);
  });

  it('gives only the answer as JSON', async () => {
    const { out, err } = await against(answers, ['approve', 'catalog', '--yes', '--json']);
    expect(JSON.parse(out)).toMatchObject({ status: { kind: 'approved' } });
    expect(err).toContain('00112233445566ff');
  });
});

describe('steering', () => {
  it.each([
    [['promote', 'catalog', '-e', 'production'], `${place}/promote`, {}, { id: 'catalog-7-production' }, /The watch of catalog-7-production ends/],
    [['pause', 'catalog', '-e', 'production', '--why', 'leak'], `${place}/pause`, { why: 'leak' }, desired('production'), /paused\. Go on: slipway resume/],
    [['resume', 'catalog', '-e', 'production'], `${place}/resume`, {}, desired('production'), /repaired again/],
    [['resume', 'catalog', '-e', 'production', '--why', 'found it'], `${place}/resume`, { why: 'found it' }, desired('production'), /repaired again/],
    [['scale', 'catalog', '0', '-e', 'production'], `${place}/scale`, { instances: 0 }, desired('production'), /is to have 0 instances/],
    [['scale', 'catalog', '3', '-e', 'production', '--why', 'a sale'], `${place}/scale`, { instances: 3, why: 'a sale' }, desired('production'), /is to have 3 instances/],
    [['zone', 'lost', 'a', 'catalog', '-e', 'production', '--why', 'no power'], `${place}/zones`, { zone: 'a', lost: true, why: 'no power' }, desired('production', { zonesLost: ['a'] }), /Zones lost for catalog in production: a/],
    [['zone', 'lost', 'a', 'catalog', '-e', 'production'], `${place}/zones`, { zone: 'a', lost: true }, desired('production', { zonesLost: ['a'] }), /Zones lost for catalog in production: a\./],
    [['zone', 'back', 'a', 'catalog', '-e', 'production'], `${place}/zones`, { zone: 'a', lost: false }, desired('production'), /none\./],
    [['cancel', 'catalog-7', '--why', 'wrong'], '/v1/pipelines/catalog-7/cancel', { why: 'wrong' }, pipeline({ stop: { kind: 'cancelled', by: 'ben', why: 'wrong' } }), /catalog-7 ends at its next turn/],
  ])('%j', async (words, path, body, answer, said) => {
    const { code, out, asked } = await against({ [`POST ${path}`]: { body: answer } }, words);
    expect([code, bodies(asked)]).toEqual([0, [body]]);
    expect(out).toMatch(said);
  });
});

describe('looking', () => {
  it('shows every place, and what is wrong with it', async () => {
    const broken = serviceStatus({ places: [{ environment: 'production', desired: desired('production', { paused: { by: 'ben', why: 'leak', at: START } }), observed: observed('production', { 'catalog-6-production': 100 }, [instance('catalog-6-production', 1), instance('stray-1-production', 1)]) }], waiting: [approval()] });
    const { code, out } = await against({ 'GET /v1/services': { body: [serviceStatus(), broken] } }, ['status']);
    expect(code).toBe(0);
    expect(out.split('\n').map((line) => line.trimEnd())).toEqual([
      'SERVICE  ENVIRONMENT  VERSION  HEALTHY  TRAFFIC      NOTES',
      'catalog  production   1.3.0    2/2      100 % 1.3.0',
      'catalog  production   1.3.0    2/2      100 % 1.3.0  1 of 2 of 1.3.0 not healthy; 1 that nobody asked for (stray-1-production); paused by ben: leak; waits for a decision: slipway approve catalog',
      '',
    ]);
  });

  it('says why a service has no release anywhere', async () => {
    const failed = pipeline({ status: { kind: 'failed', at: START, error: 'BuildFailed', reason: 'test: exit 1' } });
    const nowhere = [{ environment: 'staging', desired: null, observed: null }];
    const taken = [{ environment: 'staging', desired: desired('staging', { stable: null, revisions: {}, weights: {} }), observed: observed('staging', {}, []) }];
    const { out } = await against({ 'GET /v1/services': { body: [serviceStatus({ places: nowhere, last: null }), serviceStatus({ places: nowhere, last: failed }), serviceStatus({ places: taken, last: failed })] } }, ['status']);
    expect(out.split('\n').slice(1, 4).map((line) => line.replaceAll(/ {2,}/g, '  '))).toEqual([
      'catalog  -  -  -  -  never deployed',
      'catalog  -  -  -  -  never deployed; catalog-7 failed: BuildFailed, see: slipway show catalog-7',
      'catalog  staging  -  0/0  none  catalog-7 failed: BuildFailed, see: slipway show catalog-7',
    ]);
  });

  it('shows one service with its instances', async () => {
    const { out } = await against({ 'GET /v1/services/catalog': { body: serviceStatus({ running: [pipeline()], waiting: [approval()] }) } }, ['status', 'catalog']);
    for (const part of ['team shop, https://github.com/acme/shop', 'production  http://127.0.0.1:20001', '  catalog-6-production-1  catalog-6-production  zone a  healthy  127.0.0.1:4001', 'catalog-7 is at work', 'May catalog 1.4.0 be rolled out']) expect(out).toContain(part);
  });

  it('gives the answer as it is with --json', async () => {
    const { out } = await against({ 'GET /v1/services/catalog': { body: serviceStatus() } }, ['status', 'catalog', '--json']);
    expect(JSON.parse(out)).toEqual(JSON.parse(JSON.stringify(serviceStatus())));
  });

  it('looks for drift without repairing it: exit 1 when there is some', async () => {
    const answer = (drifted: unknown[]) => ({ 'GET /v1/drift': { body: { looked: 4, repairs: 0, failed: [], drifted } } });
    const found = await against(answer([{ service: 'catalog', environment: 'production', drifts: [{ kind: 'weights', want: { a: 100 }, have: { a: 60 } }] }]), ['drift']);
    expect([found.code, found.out]).toEqual([1, 'catalog  production  weights  {"want":{"a":100},"have":{"a":60}}\nLooked at 4 places: 1 drifted, repair it now: slipway drift --repair.\n']);
    await plane?.close();
    const uneven = await against(answer([{ service: 'catalog', environment: 'production', drifts: [{ kind: 'zone', problem: 'uneven', revision: 'catalog-6-production', have: { a: 0, b: 3 } }] }]), ['drift']);
    expect(uneven.out).toContain('1 drifted, which repair leaves as it is');
    await plane?.close();
    expect((await against(answer([]), ['drift'])).code).toBe(0);
  });

  it('gives, lists and takes tokens', async () => {
    const given = await against({ 'POST /v1/tokens': { status: 201, body: { identity: 'anna', token: 'slp_x' } } }, ['token', 'add', 'anna']);
    expect([given.code, given.out]).toEqual([0, 'slp_x\n']);
    expect((await against({ 'GET /v1/tokens': { body: [{ identity: 'anna', createdAt: 0 }] } }, ['token', 'list'])).out).toContain('anna  1970-01-01T00:00:00.000Z');
    expect((await against({ 'DELETE /v1/tokens/anna': { body: { revoked: 1 } } }, ['token', 'revoke', 'anna'])).out).toBe('1 token of anna taken away.\n');
    expect((await against({ 'DELETE /v1/tokens/anna': { body: { revoked: 0, sessions: 2 } } }, ['token', 'revoke', 'anna'])).out).toBe('anna had no token. 2 sessions ended.\n');
  });

  it('shows who changed what, newest first', async () => {
    const { out } = await against({ 'GET /v1/services/catalog/environments/production/audit': { body: [{ at: 0, by: 'anna', why: 'scaled to 3', generation: 7, commit: null }] } }, ['audit', 'catalog', '--environment', 'production']);
    expect(out).toContain('1970-01-01T00:00:00.000Z  anna  scaled to 3  7           -');
  });

  it('lets the control plane look and repair', async () => {
    const { code, out } = await against({ 'POST /v1/reconcile': { body: { looked: 4, repairs: 1, failed: [], drifted: [{ service: 'catalog', environment: 'production', drifts: [{ kind: 'missing-instances', want: 2, have: 1 }] }] } } }, ['drift', '--repair']);
    expect([code, out]).toEqual([0, 'catalog  production  missing-instances  {"want":2,"have":1}\nLooked at 4 places: 1 drifted, 1 repair begun.\n']);
  });

  it('lists the history', async () => {
    const { out, asked } = await against({ 'GET /v1/services/catalog/pipelines': { body: [pipeline({ id: 'catalog-8', number: 8, stage: 'canary' }), pipeline({ status: { kind: 'failed', at: START + 22_000, error: 'CandidateWorse', reason: 'worse' } })] } }, ['history', 'catalog', '--limit', '5']);
    expect(asked[0]?.path).toBe('/v1/services/catalog/pipelines?limit=5');
    expect(out.split('\n').slice(1, 3)).toEqual(['catalog-8  1.4.0    deploy  ben  now      0s    running, canary', 'catalog-7  1.4.0    deploy  ben  now      22s   failed: CandidateWorse']);
  });

  it('shows a pipeline with its evidence', async () => {
    const { out } = await against({ 'GET /v1/pipelines/catalog-7': { body: { pipeline: pipeline(), deployments: [{ deployment: deployment('staging', { stage: 'staging', holds: [hold('canary', 480, 1)] }), tests: [test('lists', 'failed')], approvals: [approval()], observed: observed('staging', { 'catalog-7-staging': 100 }, [instance('catalog-7-staging', 1)]) }] } } }, ['show', 'catalog-7']);
    for (const part of ['\nstaging\n', `artifact ${DIGEST}`, 'traffic 100 % catalog-7-staging at http://127.0.0.1:20001', 'test lists: failed in 400ms', 'answered 500, expected 200', 'canary, batch 1: continue: No worse so far.', 'failures                            1 of 480: 0.21 % (0.1 % to 5 %)  2 of 4320: 0.046 % (0.1 % to 5 %)  3.49 to 1, in bursts of 5, not known to be good', 'latency.p90, over 63 against 50 ms', 'evidence   3.13 to 1 that the candidate is worse; 100 to 1 aborts  ▁▁▂', 'at this pace enough to abort in 1m30s; 1 look of 4 could not be used', 'request   00112233445566ff']) expect(out).toContain(part);
  });

  it('says what the commit of a pipeline is for', async () => {
    const made = async (parts: Record<string, unknown>) => (await against({ 'GET /v1/pipelines/catalog-7': { body: { pipeline: pipeline(parts), deployments: [] } } }, ['show', 'catalog-7'])).out;
    expect(await made({ commit: 'c'.repeat(40), subject: 'Sort \u001b[2Jprices' })).toContain('\ncommit cccccccccc by anna: Sort \\u001b[2Jprices\n');
    // One that was kept before subjects were.
    expect(await made({ commit: 'c'.repeat(40) })).not.toContain('by anna:');
  });

  it('shows what a replay measured, though it passed', async () => {
    const staging = deployment('staging', { stage: 'staging' });
    const tests = [...staging.plan.stages.staging?.tests ?? [], { name: 'as recorded', replay: { from: 'recording' } }];
    const part = { ...staging, plan: { ...staging.plan, stages: { ...staging.plan.stages, staging: { ...staging.plan.stages.staging, tests } } } };
    const { out } = await against({ 'GET /v1/pipelines/catalog-7': { body: { pipeline: pipeline(), deployments: [{ deployment: part, tests: [{ ...test('as recorded'), detail: '3 requests of recording\n150 requests, 0 failed' }, { ...test('answers'), detail: 'of no interest' }], approvals: [], observed: null }] } } }, ['show', 'catalog-7']);
    expect(out).toContain('test as recorded: passed in 400ms\n    3 requests of recording\n    150 requests, 0 failed\n');
    expect(out).not.toContain('of no interest');
  });

  it('says where the trace of a pipeline is; nothing where it has none', async () => {
    const id = '0af7651916cd43dd8448eb211c80319c';
    const shown = async (trace?: unknown) => (await against({ 'GET /v1/pipelines/catalog-7': { body: { pipeline: pipeline(), ...(trace === undefined ? {} : { trace }), deployments: [] } } }, ['show', 'catalog-7'])).out;
    expect(await shown({ id, url: `https://jaeger.example.com/trace/${id}` })).toContain(`\ntrace ${id}  https://jaeger.example.com/trace/${id}\n`);
    expect(await shown({ id, url: null })).toContain(`\ntrace ${id}\n`);
    // Of a control plane from before there were traces, too.
    for (const none of [null, undefined]) expect(await shown(none)).not.toContain('trace');
  });

  it('shows what a parallel run has found', async () => {
    const found = (compared: number, parts: Record<string, unknown> = {}) => ({ compared, differing: compared, unanswered: 0, dropped: 0, fields: { '$.price': { candidate: compared, stable: 0, both: 0 } }, examples: [], ...parts });
    const parallelRun = { epoch: 'e', earlier: found(40), report: found(60, { dropped: 3, examples: [{ field: '$.price', request: 'GET /p', stable: '1', candidate: null }] }), verdict: { kind: 'different', reason: 'the answers differ', fields: ['$.price'] } };
    const { out } = await against({ 'GET /v1/pipelines/catalog-7': { body: { pipeline: pipeline(), deployments: [{ deployment: deployment('production', { stage: 'canary', holds: [hold('canary', 0, 0, { verdict: null, parallelRun })] }), tests: [], approvals: [], observed: null }] } } }, ['show', 'catalog-7']);
    for (const part of ['canary, batch 1, parallel run: different: the answers differ', '100 requests compared, 3 dropped', '$.price differs in 100 %, the stable revision from itself in 0 %', 'for example GET /p: $.price was 1, the candidate has absent']) expect(out).toContain(part);
  });

  it('starts, ends, lists and prints recordings', async () => {
    const progress = { rule: { sample: 5, methods: ['GET', 'POST'], bodies: 'json' }, begunAt: START, endsAt: START + 600_000, taken: 12, leftOut: 2, kept: 10 };
    const recording = { id: 'production-20260105', requests: 10, bytes: 800, digest: DIGEST, progress, endedAt: START, endedBy: 'anna' };
    const at = '/v1/services/catalog/environments/production/recordings';
    const started = await against({ [`POST ${at}`]: { body: progress } }, ['recording', 'start', 'catalog', '-e', 'production', '--sample', '5', '--methods', 'get,post', '--bodies', 'json']);
    expect(JSON.parse(String(started.asked[0]?.body))).toEqual({ sample: 5, requests: 1000, seconds: 600, methods: ['GET', 'POST'], headers: ['accept', 'accept-language', 'content-type', 'user-agent'], bodies: 'json' });
    expect(started.out).toContain('Recording 5 % of GET, POST for 10m00s at most.');
    expect((await against({ [`POST ${at}/stop`]: { body: recording } }, ['recording', 'stop', 'catalog', '-e', 'production'])).out).toContain('production-20260105: 10 requests, 800 bytes.');
    const listed = await against({ [`GET ${at}`]: { body: { underWay: progress, kept: [recording] } } }, ['recording', 'list', 'catalog', '-e', 'production']);
    expect(listed.out).toContain('under way: 10 requests kept of 12 taken, 2 left out');
    const request = { method: 'GET', target: '/a', headers: {} };
    expect((await against({ [`GET ${at}/newest`]: { body: { recording, requests: [request] } } }, ['recording', 'show', 'catalog', '-e', 'production'])).out).toBe(`${JSON.stringify(request)}\n`);
  });

  it('names the recording that a parallel run asked', async () => {
    const found = { compared: 50, differing: 0, unanswered: 0, dropped: 0, fields: {}, examples: [] };
    const parallelRun = { epoch: 'e', earlier: found, report: found, verdict: { kind: 'same', reason: 'all the same', fields: [] }, recording: 'production-20260105' };
    const { out } = await against({ 'GET /v1/pipelines/catalog-7': { body: { pipeline: pipeline(), deployments: [{ deployment: deployment('production', { stage: 'canary', holds: [hold('canary', 0, 0, { verdict: null, parallelRun })] }), tests: [], approvals: [], observed: null }] } } }, ['show', 'catalog-7']);
    expect(out).toContain('100 requests compared, of the recording production-20260105');
  });

  it('imports recordings of several files in their order, and sends nothing that may not be kept', async () => {
    await inFolder(async (folder) => {
      const line = 'https 2018-07-02T22:23:00.186641Z app/lb/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:80 0.086 0.048 0.037 200 200 0 57 "GET https://shop.example:443/of-a-log?token=abcdefgh HTTP/1.1" "curl/7.46.0" - -';
      await writeFile(join(folder, 'a.log.gz'), gzipSync(`${line}\n`));
      await writeFile(join(folder, 'b.har'), JSON.stringify({ log: { entries: [{ request: { method: 'GET', url: 'https://shop.example/of-a-har', headers: [{ name: 'Cookie', value: 'session=1' }, { name: 'Accept', value: 'text/html' }] } }] } }));
      await writeFile(join(folder, 'c.txt'), 'GET /of-a-list\nPOST /orders\n');
      await writeFile(join(folder, 'd.gz'), 'this is no gzip');
      const at = '/v1/services/catalog/environments/production/recordings/import';
      const words = (...files: string[]) => ['recording', 'import', 'catalog', ...files, '-e', 'production'];
      const { out, asked } = await against({ [`POST ${at}`]: { status: 201, body: { id: 'production-20260105', requests: 3, bytes: 200 } } }, words('a.log.gz', 'b.har', 'c.txt'), { needs: { directory: folder } });
      expect(out).toContain('production-20260105: 3 requests of 4, 1 left out by the rules.');
      expect(JSON.parse(String(asked[0]?.body))).toEqual({
        file: 'a.log.gz, b.har, c.txt', rule: { requests: 1000, methods: ['GET', 'HEAD'], headers: ['accept', 'accept-language', 'content-type', 'user-agent'], bodies: 'none' },
        requests: [{ method: 'GET', target: '/of-a-log?token=REDACTED', headers: { 'user-agent': 'curl/7.46.0' } }, { method: 'GET', target: '/of-a-har', headers: { accept: 'text/html' } }, { method: 'GET', target: '/of-a-list', headers: {} }],
      });
      for (const [files, options, says] of [
        [['d.gz'], [], 'd.gz cannot be unpacked'], [['e.txt'], [], 'There is no file'], [['c.txt'], ['--methods', 'DELETE'], 'None of the 2 requests may be kept'], [['c.txt'], ['--headers', 'cookie'], '--headers: a header that may be recorded'],
      ] as const) {
        const refused = await against({}, [...words(...files), ...options], { needs: { directory: folder } });
        expect([refused.code === 0, refused.asked.length]).toEqual([false, 0]);
        expect(refused.err).toContain(says);
      }
    });
  });

  it('shows the execution history', async () => {
    const { out } = await against({ 'GET /v1/pipelines/catalog-7/history': { body: [{ machine: 'pipeline', name: 'catalog-7', status: 'SUCCEEDED', startedAt: START, stoppedAt: START + 2000, events: [{ id: 1, previousId: 0, at: START, type: 'ExecutionStarted' }, { id: 2, previousId: 1, at: START + 1000, type: 'TaskStateEntered', state: 'Admit' }] }] } }, ['show', 'catalog-7', '--events']);
    expect(out).toBe('pipeline catalog-7: SUCCEEDED in 2s, began 2026-01-05 12:00:00Z\n  1  0.000 s  ExecutionStarted\n  2  1.000 s  TaskStateEntered  Admit\n');
  });

  it('follows logs from where the answer says, and shows what comes from there as it is', async () => {
    let turn = 0;
    let interrupt = (): void => undefined;
    const parts = ['one\n', 'one\n', ''];
    const { code, out, asked } = await against({ [`GET ${place}/logs`]: () => {
      if (turn === 2) interrupt();
      const text = parts[turn] ?? '';
      turn += 1;
      return { body: text === '' ? [] : [{ instance: 'i-1', revision: 'r', text }], headers: { link: `<${place}/logs?bytes=100&cursor=c${turn}>; rel="next"` } };
    } }, ['logs', 'catalog', '-e', 'production', '--bytes', '100', '--follow'], { needs: { onInterrupt: (listener) => {
      interrupt = listener;
      return () => undefined;
    } } });
    // The same line written twice is no overlap of two looks.
    expect([code, out, asked.slice(0, 3).map(({ path }) => path)]).toEqual([130, 'i-1  one\ni-1  one\n', [`${place}/logs?bytes=100`, `${place}/logs?bytes=100&cursor=c1`, `${place}/logs?bytes=100&cursor=c2`]]);
  });

  it('gives a terminal nothing that could do something to it, also when the input is none; a pipe gets the bytes', async () => {
    const text = 'in \u001B[32mgreen\r\n\u001B[2J\u001B]0;title\u0007gone\n';
    const logs = { [`GET ${place}/logs`]: { body: [{ instance: 'i-1', revision: 'r-1', text }] } };
    const words = ['logs', 'catalog', '-e', 'production'];
    const to = async (isTTY: boolean, isTerminal: boolean) => {
      let out = '';
      await against(logs, words, { needs: { isTerminal, stdout: { isTTY, write: (part: string) => { out += part; } } } });
      return out.split('\n').slice(1).join('\n');
    };
    expect(await to(false, false)).toBe(text);
    expect(await to(true, false)).toBe('in green\n\\u001b[2J\\u001b]0;title\\u0007gone\n');
    expect(await to(true, true)).toBe('in \u001B[32mgreen\u001B[0m\n\\u001b[2J\\u001b]0;title\\u0007gone\n');
  });

  it('prints logs, and follows what is added', async () => {
    const texts = ['one\n', 'one\ntwo\n', 'one\ntwo\nthree\n'];
    let turn = 0;
    let interrupt = (): void => undefined;
    const { code, out, asked } = await against({ [`GET ${place}/logs`]: () => {
      if (turn === 2) interrupt();
      return { body: [{ instance: 'i-1', revision: 'r', text: texts[turn++] }] };
    } }, ['logs', 'catalog', '-e', 'production', '--bytes', '100', '--follow'], { needs: { onInterrupt: (listener) => {
      interrupt = listener;
      return () => undefined;
    } } });
    expect([code, out, asked[0]?.path]).toEqual([130, 'i-1  one\ni-1  two\n', `${place}/logs?bytes=100`]);
    await plane?.close();
    expect((await against({ [`GET ${place}/logs`]: { body: [{ instance: 'i-1', revision: 'r-1', text: 'one\n' }] } }, ['logs', 'catalog', '-e', 'production'])).out).toBe('== i-1 (r-1)\none\n');
  });

  it('lists environments, deliveries and alerts', async () => {
    const answers = {
      'GET /v1/environments': { body: { environments: [{ name: 'production', kind: 'production', wave: 2, instances: { percent: 100 }, zones: ['a', 'b'], minimumHealthy: 1, approvers: ['anna'] }, { name: 'staging', kind: 'staging', wave: 1, instances: 1, zones: ['a'], minimumHealthy: 0, approvers: [] }], people: [], defaults: { approvers: ['carl'] } } },
      'GET /v1/deliveries': { body: [{ id: 'd1', repository: 'https://github.com/acme/shop', ref: 'refs/heads/main', before: '0', after: 'a'.repeat(40), pusher: 'ben', receivedAt: START, outcome: { kind: 'decided', admissions: [{ kind: 'admitted', service: 'catalog', pipeline: 'catalog-7' }, { kind: 'refused', service: 'basket', reason: 'nothing of it changed' }] } }] },
      'GET /v1/alerts': { body: [{ at: START, severity: 'critical', kind: 'rolled-back', service: 'catalog', environment: 'production', text: 'taken\nback' }] },
    };
    expect((await against(answers, ['env'])).out.split('\n')[1]).toBe('1     staging      staging     1          0                 a      carl (default)');
    const address = plane?.address;
    expect((await run(['deliveries'], address === undefined ? {} : { address })).out).toContain('ben  catalog-7\n');
    expect((await run(['deliveries'], address === undefined ? {} : { address })).out).toContain('refused basket: nothing of it changed');
    expect((await run(['alerts'], address === undefined ? {} : { address })).out).toBe('now  critical  catalog/production  rolled-back  taken back\n');
  });
});

describe('services and artifacts', () => {
  const registered = { 'POST /v1/repositories': { status: 201, body: { url: 'https://github.com/acme/shop', host: 'github', registeredBy: 'ben', registeredAt: START } } };

  it('says how to set up the webhook, without its secret unless it is asked for', async () => {
    await inFolder(async (home) => {
      plane = await controlPlane(registered);
      for (const [name, text] of [['address', `${plane.address}\n`], ['token', 'a-token-for-tests\n'], ['webhook-secret', 'hush-hush\n']] as const) await writeFile(join(home, name), text);
      const plain = await run(['service', 'add', 'https://github.com/acme/shop.git', '--home', home]);
      expect(plain.code).toBe(0);
      expect(plain.out).toContain(`Payload URL   ${plane.address}/webhooks/github`);
      expect(plain.out).toContain(join(home, 'webhook-secret'));
      expect(plain.out).toContain('only through a tunnel or proxy');
      expect(plain.out + plain.err).not.toContain('hush-hush');
      expect((await run(['service', 'add', 'https://github.com/acme/shop.git', '--home', home, '--show-secret'])).out).toContain('Secret        hush-hush');
    });
  });

  it.each(GIT_HOSTS)('says for %s where its webhook is set up, with the secret that is its alone', async (kind) => {
    await inFolder(async (home) => {
      plane = await controlPlane({ 'POST /v1/repositories': { status: 201, body: { url: 'https://git.example.com/acme/shop', host: kind, registeredBy: 'ben', registeredAt: START } } });
      for (const [name, text] of [['address', `${plane.address}\n`], ['token', 'a-token-for-tests\n'], [webhookSecretFile(kind), `key-of-${kind}\n`]] as const) await writeFile(join(home, name), text);
      const { code, out } = await run(['service', 'add', 'https://git.example.com/acme/shop', '--host', kind, '--home', home, '--show-secret']);
      expect([code, bodies(plane.asked)]).toEqual([0, [{ url: 'https://git.example.com/acme/shop', host: kind }]]);
      expect(out).toContain(`${plane.address}/webhooks/${kind}\n`);
      expect(out).toContain(`key-of-${kind}\n`);
    });
  });

  it('asks which host it is where the address does not say, and offers the hook for a folder', async () => {
    const unknown = (url: string) => ({ 'POST /v1/repositories': { status: 201, body: { url, host: null, registeredBy: 'ben', registeredAt: START } } });
    expect((await against(unknown('https://git.example.com/acme/shop'), ['service', 'add', 'https://git.example.com/acme/shop'])).out).toContain('--host KIND\n  KIND is one of github (GitHub), gitlab');
    expect((await against(unknown('/srv/git/shop'), ['service', 'add', '/srv/git/shop.git'])).out).toContain('slipway service add /srv/git/shop.git --hook');
    expect((await against({}, ['service', 'add', 'https://git.example.com/acme/shop', '--host', 'sourceforge'])).code).toBe(2);
  });

  it('writes the hook of a bare repository, and registers nothing where there is none', async () => {
    await inFolder(async (home) => {
      plane = await controlPlane({ 'POST /v1/repositories': { status: 201, body: { url: join(home, 'shop'), host: null, registeredBy: 'ben', registeredAt: START } } });
      for (const [name, text] of [['address', `${plane.address}\n`], ['token', 'a-token-for-tests\n'], ['clone/.git/HEAD', ''], ['shop.git/HEAD', 'ref: refs/heads/main\n']] as const) {
        await mkdir(dirname(join(home, name)), { recursive: true });
        await writeFile(join(home, name), text);
      }
      const add = (folder: string) => run(['service', 'add', join(home, folder), '--hook', '--home', home]);
      expect(await add('nothing')).toMatchObject({ code: 1, err: `${join(home, 'nothing')} is no bare repository. Name the one that is pushed to, or make it: git init --bare ${join(home, 'nothing')}\n` });
      expect(await add('clone')).toMatchObject({ code: 1, err: expect.stringContaining(`is a working copy, and nobody pushes to it. Name the one that is pushed to, or make it: git init --bare ${join(home, 'clone')}.git`) });
      expect(plane.asked).toEqual([]);
      const hook = join(home, 'shop.git', 'hooks', 'post-receive');
      expect(await add('shop.git')).toMatchObject({ code: 0, out: expect.stringContaining(`Its post-receive hook is written: ${hook}\n`) });
      expect(await readFile(hook, 'utf8')).toBe(`#!/bin/sh\nexec '/opt/node' '/opt/slip'\\''way/post-receive.mjs' --home '${home}'\n`);
      expect(await add('shop.git')).toMatchObject({ code: 0, out: expect.stringContaining(`Its post-receive hook is there already: ${hook}\n`) });
      await writeFile(hook, '#!/bin/sh\necho mine\n');
      expect(await add('shop.git')).toMatchObject({ code: 1, err: expect.stringContaining('is there already. Add this line to it: exec') });
      expect(await readFile(hook, 'utf8')).toContain('mine');
      expect(plane.asked).toHaveLength(2);
    });
  });

  it('shows one push, and has it read again', async () => {
    const delivery = { id: 'gitlab:d1', host: 'gitlab', foundBy: 'sweep', replayOf: null, repository: 'https://gitlab.com/acme/shop', ref: 'refs/heads/main', before: '0'.repeat(40), after: 'a'.repeat(40), pusher: null, receivedAt: START, outcome: { kind: 'decided', admissions: [{ kind: 'admitted', service: 'catalog', pipeline: 'catalog-7' }, { kind: 'refused', service: 'basket', reason: 'nothing of it changed' }] } };
    const shown = await against({ 'GET /v1/deliveries/gitlab%3Ad1': { body: delivery } }, ['delivery', 'show', 'gitlab:d1']);
    expect(shown.out).toMatch(/how +found by the sweep: nobody had told of it \(gitlab\)\n[^]*catalog-7 releases catalog\nrefused basket: nothing of it changed\n$/);
    await plane?.close();
    const again = await against({ 'POST /v1/deliveries/gitlab%3Ad1/replay': { status: 202, body: { ...delivery, id: 'replay:1', foundBy: 'replay', outcome: { kind: 'pending' } } } }, ['delivery', 'replay', 'gitlab:d1']);
    expect([again.code, again.out]).toEqual([0, `replay:1 reads aaaaaaaaaa of https://gitlab.com/acme/shop again. See what becomes of it: slipway delivery show replay:1\n`]);
  });

  it('lists repositories that have not pushed yet too', async () => {
    const { out } = await against({ 'GET /v1/repositories': { body: [{ url: 'https://github.com/acme/new', registeredBy: 'ben', registeredAt: START }] }, 'GET /v1/services': { body: [serviceStatus()] } }, ['service', 'list']);
    expect(out.split('\n').slice(1, 3)).toEqual(['catalog  shop  https://github.com/acme/shop', '-        -     https://github.com/acme/new (no push yet)']);
  });

  it('uploads an archive as it is, then registers it', async () => {
    await inFolder(async (folder) => {
      const bytes = Buffer.from([0x1f, 0x8b, 1, 254, 10, 13]);
      await writeFile(join(folder, 'a.tar.gz'), bytes);
      await writeFile(join(folder, 'slipway.yaml'), 'service: catalog\nteam: shop\nstart: [node, server.js]\n');
      const { code, out, asked } = await against({ 'PUT /v1/blobs': { status: 201, body: { digest: DIGEST, bytes: 6 } }, 'POST /v1/artifacts': { status: 201, body: { artifact: { service: 'catalog', version: '1.4.0', digest: DIGEST }, release: { id: 'catalog@0123456789ab' } } } },
        ['artifact', 'add', '--manifest', 'slipway.yaml', '--file', 'a.tar.gz', '--version', '1.4.0'], { needs: { directory: folder } });
      expect([code, asked[0]?.type, asked[0]?.body]).toEqual([0, 'application/octet-stream', bytes.toString('latin1')]);
      expect(bodies(asked)).toEqual([{ manifest: 'service: catalog\nteam: shop\nstart: [node, server.js]\n', digest: DIGEST, bytes: 6, version: '1.4.0', repository: null, commit: null, author: null }]);
      expect(out).toContain('Deploy it: slipway deploy catalog --version 1.4.0');
    });
  });

  it('uploads nothing that the target could not unpack; other targets may take anything', async () => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, 'a.zip'), 'PK\u0003\u0004');
      await writeFile(join(folder, 'slipway.yaml'), 'service: catalog\nteam: shop\nstart: [node, server.js]\n');
      const words = ['artifact', 'add', '--manifest', 'slipway.yaml', '--file', 'a.zip', '--version', '1'];
      const refused = await against({}, words, { needs: { directory: folder } });
      expect([refused.code, refused.asked, refused.err]).toEqual([1, [], 'a.zip is neither a tar nor one that gzip has packed, so it could not be unpacked. Pack what the build made: tar -czf build.tar.gz -C dist .\n']);
      await plane?.close();
      await writeFile(join(folder, 'slipway.yaml'), 'service: catalog\nteam: shop\nstart: [node, server.js]\ntarget: site\n');
      const { asked } = await against({ 'PUT /v1/blobs': { status: 201, body: { digest: DIGEST, bytes: 4 } } }, words, { needs: { directory: folder } });
      expect(asked[0]?.path).toBe('/v1/blobs');
    });
  });

  it('uploads nothing with a manifest that has a mistake', async () => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, 'a.tar'), 'x');
      await writeFile(join(folder, 'slipway.yaml'), 'service: catalog\nteam: shop\nstrat: [node]\n');
      const { code, err, asked } = await against({}, ['artifact', 'add', '--manifest', 'slipway.yaml', '--file', 'a.tar', '--version', '1'], { needs: { directory: folder } });
      expect([code, asked]).toEqual([1, []]);
      expect(err).toContain('slipway.yaml:3:1');
    });
  });
});
