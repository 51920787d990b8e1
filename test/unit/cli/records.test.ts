/** The commands for releases, audit and delivery, against canned answers of the API that fit its schemas. */
import { afterEach, describe, expect, it } from '@jest/globals';
import type * as z from 'zod';
import type * as answers from '../../../src/cli/answers/installation.ts';
import type { Approvals } from '../../../src/cli/answers/approval.ts';
import type { Executions, PipelineDetail } from '../../../src/cli/answers/pipeline.ts';
import type { Pipelines } from '../../../src/cli/answers/pipeline-summary.ts';
import type { ServiceStatus } from '../../../src/cli/answers/place.ts';
import type { listApprovals } from '../../../src/contracts/api/approvals.ts';
import { readEnvironmentThen, searchAudit } from '../../../src/contracts/api/audit.ts';
import { readDelivery } from '../../../src/contracts/api/delivery.ts';
import type { readExecutions, readPipeline } from '../../../src/contracts/api/deployments.ts';
import type { listAlerts, readDrift, readEnvironments } from '../../../src/contracts/api/installation.ts';
import type { readLogs } from '../../../src/contracts/api/places.ts';
import { compareReleases, listReleases, readConfiguration } from '../../../src/contracts/api/releases.ts';
import type { listDeliveries, listPipelines, listRepositories, readService } from '../../../src/contracts/api/services.ts';
import { desired, DIGEST, START } from './builders.ts';
import { controlPlane, type ControlPlane } from './control-plane.ts';
import { run } from './run.ts';

/** What the API answers, by its own schema, is what the command line's schema takes: otherwise this file does not compile. */
type Answers<O extends { answer: z.ZodType }> = z.output<O['answer']>;
type Takes<S extends z.ZodType> = z.input<S>;
const fits = <Given extends Taken, Taken>(): [Given?, Taken?] => [];
export const checked = [
  fits<Answers<typeof readService>, Takes<typeof ServiceStatus>>(), fits<Answers<typeof listPipelines>, Takes<typeof Pipelines>>(), fits<Answers<typeof readPipeline>, Takes<typeof PipelineDetail>>(),
  fits<Answers<typeof readExecutions>, Takes<typeof Executions>>(), fits<Answers<typeof listApprovals>, Takes<typeof Approvals>>(), fits<Answers<typeof readEnvironments>, Takes<typeof answers.Environments>>(),
  fits<Answers<typeof listRepositories>, Takes<typeof answers.Repositories>>(), fits<Answers<typeof listDeliveries>, Takes<typeof answers.Deliveries>>(), fits<Answers<typeof listAlerts>, Takes<typeof answers.Alerts>>(),
  fits<Answers<typeof readDrift>, Takes<typeof answers.Reconciled>>(), fits<Answers<typeof readLogs>, Takes<typeof answers.Logs>>(),
];

let plane: ControlPlane | undefined;
afterEach(async () => plane?.close());
const release = (version: string, more: object = {}) => ({ id: 'catalog@0123456789ab', service: 'catalog', version, digest: DIGEST, flags: {}, commit: 'c'.repeat(40), author: 'anna', pusher: null, createdAt: START - 60_000, stableIn: ['production'], ...more });

/** A canned answer is one that the API could give. */
async function answering(path: string, operation: { answer: z.ZodType }, body: unknown): Promise<void> {
  expect(operation.answer.safeParse(body).error).toBeUndefined();
  plane = await controlPlane({ [`GET ${path}`]: { body } });
}
const ran = async (...words: string[]) => run(words, { address: plane?.address ?? '' });

describe('releases', () => {
  it('are listed with where they are stable', async () => {
    await answering('/v1/services/catalog/releases', listReleases, [release('1.4.0'), release('1.3.0\u001B[31m', { stableIn: [] })]);
    const { code, out } = await ran('releases', 'catalog', '--limit', '5');
    expect(code).toBe(0);
    expect(out).toMatch(/catalog@0123456789ab\s+1\.4\.0\s+cccccccccccc\s+anna\s+1m00s ago\s+production/);
    expect(out).not.toContain('\u001B');
    expect(plane?.asked[0]?.path).toBe('/v1/services/catalog/releases?limit=5');
  });

  it('are compared', async () => {
    await answering('/v1/services/catalog/comparison', compareReleases, {
      from: release('1.3.0'), to: release('1.4.0'), differences: [{ in: 'configuration', path: ['configuration', 'LOG'], before: 'info' }, { in: 'manifest', path: ['instances'], before: 2, after: 3 }],
      commits: [{ commit: 'c'.repeat(40), subject: null, author: null, version: '1.3.5', pipeline: 'catalog-6', at: START }, { commit: 'd'.repeat(40), subject: `Sort prices ${'x'.repeat(200)}`, author: 'ben', version: '1.4.0', pipeline: 'catalog-7', at: START }],
    });
    const { out } = await ran('compare', 'catalog', '1.3.0', '1.4.0');
    expect(out).toMatch(/configuration\s+configuration\.LOG\s+info\s+not there/);
    expect(out).toMatch(/manifest\s+instances\s+2\s+3/);
    expect(out).toMatch(/2 commits\ncccccccccccc\s+1\.3\.5\s+-\s+catalog-6\s.*Z  its message was not read\ndddddddddddd\s+1\.4\.0\s+ben\s+catalog-7\s.*Z  Sort prices x{67}…\n/);
    expect(plane?.asked[0]?.path).toBe('/v1/services/catalog/comparison?from=1.3.0&to=1.4.0');
  });

  it('are compared line by line where values are long', async () => {
    const gates = [{ name: 'try staging', kind: 'person', approvers: ['anna', 'ben', 'carla'] }];
    await answering('/v1/services/catalog/comparison', compareReleases, { from: release('1.3.0'), to: release('1.4.0'), differences: [{ in: 'manifest', path: ['instances'], before: 2, after: 3 }, { in: 'manifest', path: ['gates'], before: gates, after: [] }], commits: [] });
    expect((await ran('compare', 'catalog', '1.3.0', '1.4.0')).out.split('\n').slice(1, 7)).toEqual(['manifest  instances', '  - 2', '  + 3', 'manifest  gates', `  - ${JSON.stringify(gates)}`, '  + []']);
  });
});

it('config shows what is in force, and of secrets only their names', async () => {
  await answering('/v1/services/catalog/environments/production/configuration', readConfiguration, {
    revision: 'catalog-6-production', release: 'catalog@0123456789ab', version: '1.3.0', configuration: { LOG: 'info' }, secrets: { KEY: { from: 'shop/key' } }, flags: { beta: true }, instances: 2, resources: { memory: 64 * 2 ** 20, cpu: 0.5 }, zones: ['a', 'b'],
  });
  const { out } = await ran('config', 'catalog', '-e', 'production');
  expect(out).toContain('2 instances in a, b, each with 64 MiB and 0.5 cores');
  expect(out).toMatch(/LOG\s+info\n\s+KEY\s+secret shop\/key\n\s+flag beta\s+true/);
});

it('audit looks everywhere with filters, and in one place without', async () => {
  await answering('/v1/audit', searchAudit, [{ at: START, by: 'anna', why: 'paused: a look', service: 'catalog', environment: 'production', generation: 3, commit: null }]);
  const { out } = await ran('audit', 'catalog', '--by', 'anna', '--limit', '10');
  expect(out).toMatch(/2026-01-05T12:00:00\.000Z\s+anna\s+catalog\/production\s+paused: a look\s+3\s+-/);
  expect(plane?.asked[0]?.path).toBe('/v1/audit?service=catalog&limit=10&by=anna');
  await ran('audit', 'catalog', '-e', 'production');
  expect(plane?.asked[1]?.path).toBe('/v1/services/catalog/environments/production/audit?limit=50');
});

it('env at shows an environment as it was', async () => {
  await answering('/v1/environments/production/at/2026-01-05T12%3A00%3A00Z', readEnvironmentThen, [{ service: 'catalog', desired: desired('production'), changedAt: START, changedBy: 'ben', why: 'scaled to 2' }]);
  const { out } = await ran('env', 'at', 'production', '2026-01-05T12:00:00Z');
  expect(out).toMatch(/catalog\s+1\.3\.0\s+2\s+2026-01-05 12:00:00Z\s+ben\s+scaled to 2/);
});

it('performance says no data where there is none', async () => {
  const seconds = { medianSeconds: null, p90Seconds: null };
  await answering('/v1/teams/shop/delivery', readDelivery, {
    team: 'shop', since: START, until: START, services: ['catalog'], deploymentFrequency: { perDay: 0.4, deployments: 12 }, leadTime: { medianSeconds: 600, p90Seconds: 1200, changes: 12 }, changeFailureRate: { rate: 0.25, failed: 3, changes: 12 }, timeToRestore: { ...seconds, failures: 0 }, periods: [], truncated: true,
  });
  const { out } = await ran('performance', 'shop');
  expect(out).toMatch(/deployment frequency\s+0\.4 a day\s+12 deployments/);
  expect(out).toMatch(/lead time\s+10m00s, nine in ten within 20m00s/);
  expect(out).toMatch(/change failure rate\s+25 %\s+3 of 12 changes/);
  expect(out).toMatch(/time to restore\s+no data\s+0 failures/);
  expect(out).toContain('Ask for fewer days');
});
