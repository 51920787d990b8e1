/** Step 4: a release of which 5 % of the answers are errors is seen on the canary and taken back, without anybody doing anything. */
import { setTimeout as pause } from 'node:timers/promises';
import { eValue, percent } from '../../../src/domain/judge/wording.ts';
import type { PipelineDetail, Verdict } from '../answers.ts';
import { candidateWeight, follow, inProduction } from '../follow.ts';
import { productionOf, versionOf } from '../places.ts';
import { release, withPhases } from '../release.ts';
import { loadOf, type Stage } from '../stage.ts';

const FAIL_EVERY = 20;
const NAME = 'bad release';
/** Long enough for the load to show whether anything still reaches the bad release. */
const AFTERWARDS_MS = 2000;

export async function badRelease(stage: Stage): Promise<void> {
  const { checks } = stage;
  checks.step('4  A bad release of catalog: 5 % of its answers are errors');
  const stableBefore = versionOf(await productionOf(stage, 'catalog'));
  const { version, pipeline } = await release(stage, 'bad', FAIL_EVERY);
  const seen: { verdictAt?: number; backAt?: number } = {};
  const ended = await follow(stage, pipeline, withPhases(stage, NAME, async (detail) => {
    if (inProduction(detail)?.deployment.holds.some(({ verdict }) => verdict?.kind === 'abort') === true) seen.verdictAt ??= Date.now();
    if (seen.verdictAt !== undefined && candidateWeight(detail) === 0) seen.backAt ??= Date.now();
  }));
  loadOf(stage).phase('after the bad release');
  const verdict = inProduction(ended)?.deployment.holds.find((hold) => hold.verdict?.kind === 'abort')?.verdict ?? undefined;
  printEvidence(stage, verdict);
  checkTakenBack(stage, ended, verdict);
  const place = await productionOf(stage, 'catalog');
  const { candidate, stable } = inProduction(ended)?.deployment.plan ?? {};
  const weights = place.observed?.weights ?? {};
  checks.that('the weights are back at 100 / 0', weights[stable ?? ''] === 100 && (weights[candidate ?? ''] ?? 0) === 0, JSON.stringify(weights));
  checks.that('production has the release from before', versionOf(place) === stableBefore, `${stableBefore}`);
  await pause(AFTERWARDS_MS);
  await checkClients(stage, version, seen, verdict);
}

function printEvidence({ story }: Stage, verdict: Verdict | undefined): void {
  if (verdict === undefined) return;
  const { candidate, stable, logE, boundary, decidedAt } = verdict.evidence;
  story.line(`evidence: canary ${candidate.failures} of ${candidate.requests} requests failed (${percent(candidate.failureRate)}); stable ${stable?.failures ?? 0} of ${stable?.requests ?? 0} (${percent(stable?.failureRate ?? null)})`);
  story.line(`the evidence that it is worse: ${eValue(logE)} to 1 after ${(decidedAt.abort ?? 0).toFixed(0)} s of the canary; ${eValue(boundary)} to 1 is enough`);
}

function checkTakenBack({ checks }: Stage, ended: PipelineDetail, verdict: Verdict | undefined): void {
  const production = inProduction(ended);
  checks.that('the judge stopped it on the canary', verdict !== undefined && production?.deployment.stage === 'canary', verdict === undefined ? 'there was no such verdict' : `after ${verdict.evidence.candidate.requests} requests`);
  checks.that('it was rolled back', ended.pipeline.status.kind === 'failed' && production?.deployment.status.kind === 'rolled-back', `pipeline ${ended.pipeline.status.kind}, deployment ${production?.deployment.status.kind}`);
  checks.that('nobody was asked to approve it', production?.approvals.length === 0, `${production?.approvals.length} requests`);
}

async function checkClients(stage: Stage, version: string, { verdictAt, backAt }: { verdictAt?: number; backAt?: number }, verdict: Verdict | undefined): Promise<void> {
  const { checks, measured } = stage;
  const all = await loadOf(stage).counts();
  const phases = all.filter(({ phase }) => phase.startsWith(NAME));
  const sum = (of: (phase: (typeof phases)[number]) => number): number => phases.reduce((total, phase) => total + of(phase), 0);
  const requests = sum((phase) => phase.requests);
  const failures = sum((phase) => phase.failures);
  const badAnswers = sum((phase) => phase.failuresByVersion[version] ?? 0);
  checks.that('every error came from the bad release', failures > 0 && failures === badAnswers, `${badAnswers} of ${failures}, in ${requests} requests`);
  const after = all.find(({ phase }) => phase === 'after the bad release');
  checks.that('afterwards nothing reaches it and nothing fails', after !== undefined && after.requests > 0 && after.failures === 0 && (after.requestsByVersion[version] ?? 0) === 0, `${after?.failures} failures, ${after?.requestsByVersion[version] ?? 0} answers of it in ${after?.requests} requests`);
  const first = Math.min(...phases.flatMap(({ firstFailureAt }) => (firstFailureAt === null ? [] : [firstFailureAt])));
  checks.that('the time of the verdict was seen', verdictAt !== undefined && backAt !== undefined && Number.isFinite(first), verdictAt === undefined ? 'no' : `${((verdictAt - first) / 1000).toFixed(1)} s after the first error`);
  if (verdictAt === undefined || backAt === undefined) return;
  measured.badRelease = { detectSeconds: (verdictAt - first) / 1000, rolledBackSeconds: (backAt - first) / 1000, requests, badAnswers, verdict: verdict?.reason ?? '' };
}
