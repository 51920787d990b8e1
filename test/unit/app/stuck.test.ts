import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { scale } from '../../../src/app/change-desired.ts';
import { finish } from '../../../src/app/finish.ts';
import { history } from '../../../src/app/look.ts';
import { plan } from '../../../src/app/plan.ts';
import { registerArtifact } from '../../../src/app/register.ts';
import { deploy } from '../../../src/app/deploy.ts';
import { requestApproval } from '../../../src/app/request-approval.ts';
import { resumeStuck } from '../../../src/app/resume-stuck.ts';
import { startPipeline } from '../../../src/app/start-pipeline.ts';
import { creating, getDeployment, read, replacing } from '../../../src/app/state/documents.ts';
import { approvalKey, pendingApprovalKey } from '../../../src/app/state/keys.ts';
import { cancel } from '../../../src/app/steer.ts';
import { parseManifest } from '../../../src/contracts/manifest-file.ts';
import { Approval } from '../../../src/domain/approval.ts';
import type { ApprovalId } from '../../../src/domain/ids.ts';
import type { Execution } from '../../../src/ports/orchestrator.ts';
import { approval } from '../../builders/approval.ts';
import { manifestText, rig, type Rig } from './rig.ts';

const DIGEST = `sha256:${'a'.repeat(64)}` as never;
const settings = { queuePollSeconds: 1, settleFirstSeconds: 1, settleShortestSeconds: 1, settleLongestSeconds: 1, watchSeconds: 1, repairLeaseSeconds: 60, publicUrl: null };
let at: Rig;
let executions: Map<string, Partial<Execution>>;

beforeEach(async () => {
  at = rig();
  executions = new Map();
  at.needs.orchestrator.describe = (async (_machine: string, name: string) => executions.get(name)) as never;
  const parsed = parseManifest(manifestText('catalog'), 'slipway.yaml');
  if (!parsed.ok) throw new Error('the manifest must hold');
  await registerArtifact({ ...at.needs, artifacts: { has: async () => true } as never })({ manifest: parsed.manifest, digest: DIGEST, bytes: 1, version: '1', repository: null, commit: null, author: null, by: 'owner' as never });
  await deploy(at.needs)({ service: 'catalog' as never, version: '1', by: 'owner' as never });
});
afterEach(() => at.close());

const planStaging = (problems: string[] = [], instancesMaximum?: number) => plan({ ...at.needs, settings, targets: { describe: async () => ({ problems, instancesMaximum }) as never, observe: async () => [], compare: async () => ({}) as never, names: () => ['process'] } })({ pipelineId: 'catalog-1' as never, environment: 'staging' as never, turn: 0 });
const pipeline = async () => (await history(at.needs)('catalog' as never, 1))[0];

describe('resumeStuck', () => {
  it('leaves a pipeline alone whose execution runs, and one that may just be starting', async () => {
    executions.set('catalog-1', { status: 'RUNNING' });
    expect(await resumeStuck(at.needs)).toBe(0);
    executions.clear();
    expect(await resumeStuck(at.needs)).toBe(0);
    expect((await pipeline())?.status.kind).toBe('running');
  });

  it('ends a pipeline whose execution failed before it had placed anything', async () => {
    executions.set('catalog-1', { status: 'FAILED', error: 'States.Runtime', cause: 'a fault' });
    expect(await resumeStuck(at.needs)).toBe(1);
    expect((await pipeline())?.status).toMatchObject({ kind: 'failed', error: 'States.Runtime', reason: 'a fault' });
    expect(await resumeStuck(at.needs)).toBe(0);
  });

  it('takes back the deployment of a pipeline that was stopped by hand, once, and keeps at it until it is back', async () => {
    await planStaging();
    executions.set('catalog-1', { status: 'ABORTED' });
    await resumeStuck(at.needs);
    const rollbacks = () => at.started.filter(({ machine }) => machine === 'rollback');
    expect(rollbacks()).toMatchObject([{ input: { deploymentId: 'catalog-1-staging' } }]);
    executions.set(rollbacks()[0]?.name ?? '', { status: 'RUNNING' });
    await resumeStuck(at.needs);
    expect(rollbacks()).toHaveLength(1);
    executions.set(rollbacks()[0]?.name ?? '', { status: 'FAILED' });
    at.clock.advance(120_000);
    await resumeStuck(at.needs);
    expect(rollbacks()).toHaveLength(2);
  });

  it('also when the pipeline was ended while a rollback of it had failed', async () => {
    await planStaging();
    await finish(at.needs)({ pipelineId: 'catalog-1' as never, outcome: { kind: 'failed', error: 'RollbackUnfinished', cause: 'x' } });
    executions.set('catalog-1', { status: 'FAILED' });
    await resumeStuck(at.needs);
    expect(at.started.filter(({ machine }) => machine === 'rollback')).toHaveLength(1);
  });
});

describe('a pipeline whose execution runs', () => {
  const MINUTE_MS = 60_000;
  const kinds = () => at.alerts.map(({ kind }) => kind).filter((kind) => kind.startsWith('pipeline-'));
  /** A pass each minute, as on AWS. */
  const pass = async (minutes: number) => {
    for (let minute = 0; minute < minutes; minute += 1) {
      at.clock.advance(MINUTE_MS);
      await resumeStuck(at.needs);
    }
  };
  beforeEach(() => void executions.set('catalog-1', { status: 'RUNNING' }));

  it('is told of once when nothing of it changes, and once when it moves again', async () => {
    await pass(30);
    expect(kinds()).toEqual([]);
    await pass(30);
    expect(kinds()).toEqual(['pipeline-stuck']);
    expect(at.alerts.at(-1)).toMatchObject({ severity: 'warning', service: 'catalog', text: expect.stringContaining('slipway cancel catalog-1') });
    await planStaging();
    await pass(10);
    expect(kinds()).toEqual(['pipeline-stuck', 'pipeline-moves']);
  });

  it('is given the time that its start may take', async () => {
    await planStaging();
    // startWithin is 60 s by default.
    await pass(35);
    expect(kinds()).toEqual([]);
    await pass(6);
    expect(kinds()).toEqual(['pipeline-stuck']);
  });

  it('is not told of while its deployment is written at each look, or while it asks somebody', async () => {
    await planStaging();
    for (let turn = 0; turn < 8; turn += 1) {
      const stored = await getDeployment(at.needs.store, 'catalog-1-staging' as never);
      await at.needs.store.transact([replacing(stored, { ...stored.value, batch: turn })]);
      await pass(10);
    }
    await requestApproval({ ...at.needs, settings, targets: { observe: async () => [{ service: 'catalog', environment: 'staging', weights: {}, instances: [], endpoint: null }] } as never })({ deploymentId: 'catalog-1-staging' as never, gate: 'approval', token: 't' });
    await pass(120);
    expect(kinds()).toEqual([]);
  });

  it('is not told of while it waits for an older one, which is', async () => {
    const second = await startPipeline(at.needs)({ ...(await pipeline()), cause: 'push', digest: DIGEST, manifest: { ...(await pipeline())?.manifest, onNewerPush: 'queue' } } as never);
    executions.set(second.id, { status: 'RUNNING' });
    await pass(60);
    expect(at.alerts.filter(({ kind }) => kind === 'pipeline-stuck').map(({ text }) => text.split(' ')[0])).toEqual(['catalog-1']);
  });

  it('costs a write in five minutes', async () => {
    await pass(6);
    let writes = 0;
    const transact = at.needs.store.transact.bind(at.needs.store);
    at.needs.store.transact = async (all) => { writes += all.length; await transact(all); };
    await pass(20);
    expect(writes).toBe(4);
  });
});

describe('plan', () => {
  it('answers the same deployment when it is asked again, also when the pipeline is to stop by now', async () => {
    const first = await planStaging();
    await cancel(at.needs)({ pipelineId: 'catalog-1' as never, by: 'owner' as never, why: 'a mistake' });
    expect(await planStaging()).toEqual(first);
  });

  it('refuses a pipeline that is to stop before it has placed anything', async () => {
    await cancel(at.needs)({ pipelineId: 'catalog-1' as never, by: 'owner' as never, why: 'a mistake' });
    await expect(planStaging()).rejects.toMatchObject({ name: 'Cancelled' });
  });

  it('is refused with the target\'s objections, and takes no lease', async () => {
    await expect(planStaging(['The alias takes two versions at most.'])).rejects.toMatchObject({ name: 'NotSupported', message: expect.stringContaining('The alias takes two versions at most.') });
    await expect(planStaging()).resolves.toMatchObject({ status: 'planned' });
  });

  it('and scaling are refused for more instances than the platform gives a revision', async () => {
    await expect(planStaging([], 1)).rejects.toMatchObject({ name: 'NotSupported', message: expect.stringContaining('and 2 were asked for. Say "instances: 1" in slipway.yaml.') });
    await expect(planStaging([], 2)).resolves.toMatchObject({ status: 'planned' });
    const scaling = scale({ ...at.needs, targets: { describe: async () => ({ instancesMaximum: 1 }) } as never });
    await expect(scaling({ service: 'catalog' as never, environment: 'staging' as never, by: 'owner' as never, instances: 3, why: '' })).rejects.toMatchObject({ name: 'NotSupported', message: expect.stringContaining('and 3 were asked for') });
  });
});

describe('cancelling', () => {
  const asked = async (deployment: string, token: string) => {
    const request = approval({ id: `${deployment}-approval`, token, subject: { deployment, service: deployment.replace(/-\d+-production$/, '') } });
    await at.needs.store.transact([creating(approvalKey(request.id), request), creating(pendingApprovalKey(request.id), {})]);
    return request.id;
  };
  const statusOf = async (id: ApprovalId) => (await read(at.needs.store, Approval, approvalKey(id)))?.value.status.kind;

  it('voids what the pipeline asks, and nothing of a service whose name begins like the pipeline', async () => {
    const [own, other] = [await asked('catalog-1-production', 'own'), await asked('catalog-1-7-production', 'other')];
    await cancel(at.needs)({ pipelineId: 'catalog-1' as never, by: 'owner' as never, why: 'a mistake' });
    expect([await statusOf(own), await statusOf(other)]).toEqual(['voided', 'waiting']);
    expect(at.answered.map(({ token }) => token)).toEqual(['own']);
    expect(at.cancelledCommands).toEqual(['catalog-1-staging-', 'catalog-1-production-']);
  });
});
