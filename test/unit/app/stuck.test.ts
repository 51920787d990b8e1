import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { scale } from '../../../src/app/change-desired.ts';
import { finish } from '../../../src/app/finish.ts';
import { history } from '../../../src/app/look.ts';
import { plan } from '../../../src/app/plan.ts';
import { registerArtifact } from '../../../src/app/register.ts';
import { deploy } from '../../../src/app/deploy.ts';
import { resumeStuck } from '../../../src/app/resume-stuck.ts';
import { cancel } from '../../../src/app/steer.ts';
import { parseManifest } from '../../../src/contracts/manifest-file.ts';
import type { Execution } from '../../../src/ports/orchestrator.ts';
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

const planStaging = (problems: string[] = [], instancesMaximum?: number) => plan({ ...at.needs, settings, targets: { describe: async () => ({ problems, instancesMaximum }) as never, observe: async () => [], names: () => ['process'] } })({ pipelineId: 'catalog-1' as never, environment: 'staging' as never, turn: 0 });
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
    await expect(scaling({ service: 'catalog' as never, environment: 'staging' as never, by: 'owner' as never, instances: 3 })).rejects.toMatchObject({ name: 'NotSupported', message: expect.stringContaining('and 3 were asked for') });
  });
});
