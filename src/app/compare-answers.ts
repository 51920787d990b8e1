/** One look at a parallel run: reads what the data plane has found, or asks, keeps it on the deployment, and says whether to go on. */
import type { HoldProgress, ParallelProgress } from '../domain/deployment.ts';
import { AnswersDiffer, Inconclusive } from '../domain/errors.ts';
import type { DeploymentId } from '../domain/ids.ts';
import type { StageName } from '../domain/manifest.ts';
import { addReports, emptyReport } from '../domain/parallel/report.ts';
import type { ParallelRun } from '../domain/parallel/rule.ts';
import { judgeAnswers } from '../domain/parallel/verdict.ts';
import type { Hold } from '../domain/plan.ts';
import type { Ports } from '../ports/index.ts';
import type { ParallelReading } from '../ports/parallel-runs.ts';
import { askRecorded, type AskRecordedNeeds } from './ask-recorded.ts';
import type { Turn } from './deployment-turn.ts';
import { opened, refuseDead } from './hold.ts';
import type { JudgeAnswer } from './judge.ts';
import { nextLook } from './next-look.ts';
import { observe } from './observe.ts';
import { replacements } from './replacements.ts';
import { replacing } from './state/documents.ts';

export type CompareNeeds = AskRecordedNeeds & Pick<Ports, 'store' | 'clock' | 'targets' | 'parallelRuns'>;

interface Place {
  readonly deploymentId: DeploymentId;
  readonly stage: StageName;
  readonly batch: number;
  readonly hold: Hold;
  readonly rule: ParallelRun;
}

/** @throws AnswersDiffer, Inconclusive; InstancesUnhealthy; ProviderUnavailable, NotFound when what was found cannot be read, or there is nothing to ask */
export async function compareAnswers(needs: CompareNeeds, turn: Turn, { stage, batch, hold, rule }: Place): Promise<JudgeAnswer> {
  const deployment = turn.deployment.value;
  const observed = await observe(needs, turn.desired.value);
  refuseDead(observed, deployment.plan.candidate);
  const now = needs.clock.now();
  const here = (known: HoldProgress) => known.stage === stage && known.batch === batch;
  const before = deployment.holds.find(here) ?? opened({ stage, batch, seconds: hold.seconds, rule: null }, now);
  const parallelRun = progressed(before.parallelRun, await reading(needs, turn, before, rule), rule);
  const elapsedSeconds = (now - before.startedAt) / 1000;
  // A person's wish ends it early where the evidence would do at the end.
  const over = elapsedSeconds >= before.seconds || (deployment.promoteRequestedBy !== null && (parallelRun.verdict.kind === 'same' || rule.onDifference === 'report'));
  const extend = over && parallelRun.verdict.kind === 'unclear' && rule.onDifference === 'fail' && before.extensions < rule.extensions;
  const progress: HoldProgress = { ...before, turns: before.turns + 1, parallelRun, ...(extend ? { extensions: before.extensions + 1, seconds: before.seconds + hold.seconds } : {}) };
  await needs.store.transact([replacing(turn.deployment, { ...deployment, holds: [...deployment.holds.filter((known) => !here(known)), progress] })]);
  if (rule.onDifference === 'fail') refuse(parallelRun, over && !extend, deployment.id);
  return { verdict: over && !extend ? 'promote' : 'continue', until: nextLook(needs, hold, { progress, elapsedSeconds }), requests: replacements(turn.desired.value, observed, now) };
}

/** What the data plane has found since it began, or what asking finds now. */
async function reading(needs: CompareNeeds, turn: Turn, { parallelRun: before, turns }: HoldProgress, rule: ParallelRun): Promise<ParallelReading & { readonly recording?: string }> {
  const { service, environment } = turn.deployment.value;
  const mirrors = before === undefined ? (await needs.targets.describe(turn.desired.value.target)).mirrors === true : before.recording === undefined;
  return mirrors ? needs.parallelRuns.read(service, environment) : askRecorded(needs, turn, before, turns, rule);
}

function progressed(before: ParallelProgress | undefined, { epoch, report, recording }: ParallelReading & { readonly recording?: string }, rule: ParallelRun): ParallelProgress {
  const earlier = before === undefined ? emptyReport() : before.epoch === epoch ? before.earlier : addReports(before.earlier, before.report);
  return { epoch, earlier, report, verdict: judgeAnswers(addReports(earlier, report), rule), ...(recording === undefined ? {} : { recording }) };
}

function refuse({ verdict, recording }: ParallelProgress, over: boolean, id: DeploymentId): void {
  const next = `Examples: slipway show ${id.slice(0, id.lastIndexOf('-'))}. Fields that may differ: parallelRun.ignore and .tolerances of the manifest.`;
  if (verdict.kind === 'different') throw new AnswersDiffer(`In the parallel run ${verdict.reason}. ${next}`, { fields: verdict.fields });
  if (verdict.kind === 'unclear' && over) throw new Inconclusive(`In the parallel run ${verdict.reason}. No evidence is never a pass: the release is taken back. Give it more time (parallelRun.duration) or ${recording !== undefined ? 'more different requests (slipway recording import)' : 'a larger share (parallelRun.sample)'}. ${next}`, { fields: verdict.fields });
}
