/** Step 2: a good release of the catalogue under load, through staging, canary, approval and rollout. */
import { approve } from '../approve.ts';
import { follow } from '../follow.ts';
import { productionOf, versionOf } from '../places.ts';
import { release, withPhases } from '../release.ts';
import { loadOf, type Stage } from '../stage.ts';

const CANARY_PERCENT = 10;

export async function goodRelease(stage: Stage): Promise<void> {
  const { checks, measured } = stage;
  checks.step('2  A good release of catalog, under load');
  const { version, pipeline } = await release(stage, 'second');
  const ended = await follow(stage, pipeline, withPhases(stage, 'good release', (detail) => approve(stage, detail, 'author first')));
  checks.that('the release is out', ended.pipeline.status.kind === 'succeeded', ended.pipeline.status.reason ?? ended.pipeline.status.kind);
  checks.that('its tests in staging all passed', (ended.deployments[0]?.tests ?? []).length === 3 && ended.deployments.every(({ tests }) => tests.every(({ outcome }) => outcome === 'passed')), `${ended.deployments[0]?.tests.length} tests`);
  checks.that('all of production serves it', versionOf(await productionOf(stage, 'catalog')) === version, version);
  loadOf(stage).phase('after the good release');
  const phases = (await loadOf(stage).counts()).filter(({ phase }) => phase.startsWith('good release'));
  const failures = phases.reduce((sum, phase) => sum + phase.failures, 0);
  const requests = phases.reduce((sum, phase) => sum + phase.requests, 0);
  checks.that('no request failed', requests > 0 && failures === 0, `${failures} of ${requests}`);
  const canary = await loadOf(stage).count('good release: canary');
  const seen = canary.requestsByVersion[version] ?? 0;
  measured.split = { configuredPercent: CANARY_PERCENT, observedPercent: (100 * seen) / canary.requests, requests: canary.requests };
  // Each request is sent by chance, so the share is held to four standard deviations of a binomial count.
  const tolerance = 4 * 100 * Math.sqrt((0.01 * CANARY_PERCENT * (1 - 0.01 * CANARY_PERCENT)) / canary.requests);
  checks.that(`the canary got ${CANARY_PERCENT} % of the traffic`, Math.abs(measured.split.observedPercent - CANARY_PERCENT) <= tolerance, `${measured.split.observedPercent.toFixed(2)} % of ${canary.requests} requests, ${tolerance.toFixed(2)} either way is chance`);
  measured.goodPipeline = pipeline;
}
