/** One look at a parallel run: reads what the data plane has found, keeps it on the deployment, and says whether to go on. */
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
import type { Turn } from './deployment-turn.ts';
import { opened, refuseDead } from './hold.ts';
import type { JudgeAnswer } from './judge.ts';
import { nextLook } from './next-look.ts';
import { observe } from './observe.ts';
import { replacements } from './replacements.ts';
import { replacing } from './state/documents.ts';

export type CompareNeeds = Pick<Ports, 'store' | 'clock' | 'targets' | 'parallelRuns'>;

interface Place {
  readonly deploymentId: DeploymentId;
  readonly stage: StageName;
  readonly batch: number;
  readonly hold: Hold;
  readonly rule: ParallelRun;
}

/** @throws AnswersDiffer, Inconclusive; InstancesUnhealthy; ProviderUnavailable, NotFound when what was found cannot be read */
export async function compareAnswers(needs: CompareNeeds, turn: Turn, { stage, batch, hold, rule }: Place): Promise<JudgeAnswer> {
  const deployment = turn.deployment.value;
  const observed = await observe(needs, turn.desired.value);
  refuseDead(observed, deployment.plan.candidate);
  const now = needs.clock.now();
  const here = (known: HoldProgress) => known.stage === stage && known.batch === batch;
  const before = deployment.holds.find(here) ?? opened({ stage, batch, seconds: hold.seconds, rule: null }, now);
  const parallelRun = progressed(before.parallelRun, await needs.parallelRuns.read(deployment.service, deployment.environment), rule);
  const elapsedSeconds = (now - before.startedAt) / 1000;
  // A person's wish ends it early where the evidence would do at the end.
  const over = elapsedSeconds >= before.seconds || (deployment.promoteRequestedBy !== null && (parallelRun.verdict.kind === 'same' || rule.onDifference === 'report'));
  const extend = over && parallelRun.verdict.kind === 'unclear' && rule.onDifference === 'fail' && before.extensions < rule.extensions;
  const progress: HoldProgress = { ...before, turns: before.turns + 1, parallelRun, ...(extend ? { extensions: before.extensions + 1, seconds: before.seconds + hold.seconds } : {}) };
  await needs.store.transact([replacing(turn.deployment, { ...deployment, holds: [...deployment.holds.filter((known) => !here(known)), progress] })]);
  if (rule.onDifference === 'fail') refuse(parallelRun, over && !extend, deployment.id);
  return { verdict: over && !extend ? 'promote' : 'continue', until: nextLook(needs, hold, { progress, elapsedSeconds }), requests: replacements(turn.desired.value, observed, now) };
}

function progressed(before: ParallelProgress | undefined, { epoch, report }: ParallelReading, rule: ParallelRun): ParallelProgress {
  const earlier = before === undefined ? emptyReport() : before.epoch === epoch ? before.earlier : addReports(before.earlier, before.report);
  return { epoch, earlier, report, verdict: judgeAnswers(addReports(earlier, report), rule) };
}

function refuse({ verdict }: ParallelProgress, over: boolean, id: DeploymentId): void {
  const next = `Examples: slipway show ${id.slice(0, id.lastIndexOf('-'))}. Fields that may differ: parallelRun.ignore and .tolerances of the manifest.`;
  if (verdict.kind === 'different') throw new AnswersDiffer(`In the parallel run ${verdict.reason}. ${next}`, { fields: verdict.fields });
  if (verdict.kind === 'unclear' && over) throw new Inconclusive(`In the parallel run ${verdict.reason}. No evidence is never a pass: the release is taken back. Give it more time (parallelRun.duration) or a larger share (parallelRun.sample). ${next}`, { fields: verdict.fields });
}
