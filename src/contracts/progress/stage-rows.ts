/** The rows of one deployment: its stages in order, its tests, and whatever asks a person. */
import { STAGES, type Approval, type Deployment, type DeploymentDetail, type GateRun, type Hold, type StageName, type StagePlan } from './detail.ts';
import { emptyRow, type Judged, type Row, type RowState } from './row.ts';
import { span } from '../text/time.ts';

export function stageRows(detail: DeploymentDetail): Row[] {
  const { deployment, approvals } = detail;
  const rows = STAGES.flatMap((stage) => {
    const plan = deployment.plan.stages[stage];
    if (plan === null) return [];
    const before = gateRows(detail, stage, 'before');
    return [
      ...(stage === 'rollout' ? approvalRows(detail) : []),
      ...before,
      stageRow(detail, stage, plan, before.every(({ state }) => state === 'passed')),
      ...(plan.tests.length > 0 ? [testsRow(detail, stage, plan)] : []),
      ...(stage === deployment.stage ? asked(approvals, deployment, 'inconclusive') : []),
      ...gateRows(detail, stage, 'after'),
    ];
  });
  return [...rows, ...rollbackRow(deployment)];
}

/** Where a stage stands against the one at work. */
function stateOf(deployment: Deployment, stage: StageName, moved: boolean): RowState {
  const { status } = deployment;
  if (status.kind === 'succeeded') return 'passed';
  const back = status.kind !== 'running';
  const distance = deployment.stage === null ? 1 : STAGES.indexOf(stage) - STAGES.indexOf(deployment.stage);
  if (distance > 0) return back ? 'skipped' : 'waiting';
  if (distance < 0 || moved) return 'passed';
  return back ? 'failed' : 'running';
}

function stageRow(detail: DeploymentDetail, stage: StageName, plan: StagePlan, begun: boolean): Row {
  const { deployment } = detail;
  const at = stateOf(deployment, stage, hasMovedOn(detail, stage, plan));
  const state = at === 'running' && !begun ? 'waiting' : at;
  const hold = holdOf(deployment, stage, state === 'running' ? deployment.batch : null);
  const row = { ...emptyRow(deployment.environment, stage, state), judged: judgedOf(hold) };
  if (state === 'failed') return { ...row, note: deployment.status.kind === 'running' || deployment.status.kind === 'succeeded' ? null : deployment.status.reason };
  if (state !== 'running') return row;
  const holding = hold !== undefined && plan.batches[deployment.batch]?.hold !== null;
  return {
    ...row,
    instances: { healthy: healthy(detail), wanted: wantedNow(deployment) },
    weight: detail.observed?.weights[deployment.plan.candidate] ?? 0,
    batch: plan.batches.length > 1 ? { number: Math.min(deployment.batch + 1, plan.batches.length), of: plan.batches.length } : null,
    endsAt: holding ? hold.startedAt + hold.seconds * 1000 : null,
    note: noteOf(detail, hold, plan.batches[deployment.batch]),
  };
}

/** What waits after a stage's batches: its tests, or the question that follows it. */
function hasMovedOn({ deployment, tests, gates, approvals }: DeploymentDetail, stage: StageName, plan: StagePlan): boolean {
  const asks = (gate: string) => approvals.some((approval) => approval.id.startsWith(`${deployment.id}-${gate}`));
  return (plan.tests.length > 0 && tests.length > 0) || asks(`${stage}-after-`) || gates.some(({ gate }) => gate.startsWith(`${stage}-after-`)) || (stage === 'canary' && asks('approval'));
}

function testsRow({ deployment, tests }: DeploymentDetail, stage: StageName, plan: StagePlan): Row {
  const failed = tests.filter((test) => test.outcome === 'failed');
  const passed = tests.length - failed.length;
  const done = tests.length >= plan.tests.length;
  const state = failed.length > 0 ? 'failed' : done ? 'passed' : tests.length > 0 && deployment.status.kind === 'running' ? 'running' : stateOf(deployment, stage, false);
  return {
    ...emptyRow(deployment.environment, 'tests', state === 'running' && tests.length === 0 ? 'waiting' : state === 'failed' && tests.length === 0 ? 'skipped' : state, failed.length > 0 ? `failed: ${failed.map((test) => test.name).join(', ')}` : null),
    tests: { passed, failed: failed.length, total: plan.tests.length },
  };
}

function approvalRows({ deployment, approvals }: DeploymentDetail): Row[] {
  if (deployment.plan.approval === null) return [];
  const asked = approvals.find((approval) => approval.id === `${deployment.id}-approval`);
  const [over, past] = [deployment.status.kind === 'rolled-back' || deployment.status.kind === 'rolling-back', deployment.stage === 'rollout' || deployment.status.kind === 'succeeded'];
  if (asked === undefined) return [emptyRow(deployment.environment, 'approval', past ? 'passed' : over ? 'skipped' : 'waiting')];
  return [{ ...askedRow(deployment, 'approval', asked), judged: asked.status.kind === 'waiting' ? judgedOf(holdOf(deployment, 'watch', null)) : null }];
}

function asked(approvals: readonly Approval[], deployment: Deployment, gate: string): Row[] {
  return approvals.filter((approval) => approval.id.startsWith(`${deployment.id}-${gate}`)).map((approval) => askedRow(deployment, 'gate', approval));
}

/** Every gate of the plan, whether or not it was reached. */
function gateRows(detail: DeploymentDetail, stage: StageName, when: 'before' | 'after'): Row[] {
  const { deployment, gates, approvals } = detail;
  const plan = deployment.plan.stages[stage];
  return (plan?.[when === 'before' ? 'gatesBefore' : 'gatesAfter'] ?? []).map((gate, index) => {
    const name = `${stage}-${when}-${index}`;
    const approval = approvals.find(({ id }) => id === `${deployment.id}-${name}`);
    if (approval !== undefined) return askedRow(deployment, 'gate', approval);
    const run = gates.find((begun) => begun.gate === name);
    const at = stateOf(deployment, stage, false);
    if (run?.outcome != null) return emptyRow(deployment.environment, 'gate', run.outcome.passed ? 'passed' : 'failed', `${gate.name}: ${saidByCommand(run.outcome)}`);
    if (run !== undefined) return emptyRow(deployment.environment, 'gate', at, at === 'running' ? `${gate.name}: its command runs` : gate.name);
    return emptyRow(deployment.environment, 'gate', at === 'running' ? 'waiting' : at === 'failed' ? 'skipped' : at, gate.name);
  });
}

/** How it ended; all that it wrote is in the detail. */
const saidByCommand = ({ passed, seconds, detail }: NonNullable<GateRun['outcome']>): string => (passed ? `passed in ${span(seconds)}` : detail.split('\n', 1)[0] ?? 'failed');

function askedRow(deployment: Deployment, stage: string, { subject, rule, decisions, status, expiresAt }: Approval): Row {
  const row = (state: RowState, note: string): Row => emptyRow(deployment.environment, stage, state, stage === 'gate' ? `${subject.question}: ${note}` : note);
  const by = decisions.filter((decision) => decision.decision === 'approve').map((decision) => decision.by).join(', ');
  switch (status.kind) {
    case 'waiting': return { ...row('asking', `${decisions.length} of ${rule.count} said yes; slipway approve ${subject.service}`), endsAt: expiresAt };
    case 'approved': return row('passed', `approved by ${by}`);
    case 'rejected': return row('failed', `rejected by ${status.by}${status.comment === '' ? '' : `: ${status.comment}`}`);
    case 'voided': return row('failed', `voided: ${status.reason}`);
    case 'expired': break;
  }
  return row(status.taken === 'approve' ? 'passed' : 'failed', `nobody answered in time, which means ${status.taken}`);
}

function rollbackRow({ environment, plan, status }: Deployment): Row[] {
  if (status.kind !== 'rolling-back' && status.kind !== 'rolled-back') return [];
  const to = plan.stable === null ? 'to nothing: there was no release before' : `to ${plan.stable}`;
  return [emptyRow(environment, 'rollback', status.kind === 'rolled-back' ? 'passed' : 'running', status.kind === 'rolled-back' ? `back ${to}` : `${to}: ${status.reason}`)];
}

const healthy = ({ deployment, observed }: DeploymentDetail): number =>
  observed?.instances.filter((instance) => instance.revision === deployment.plan.candidate && instance.health === 'healthy').length ?? 0;

/** The count of the newest launch of the candidate, up to the batch at work. */
function wantedNow({ plan, stage: current, batch: reached }: Deployment): number {
  const begun = STAGES.slice(0, STAGES.indexOf(current ?? 'staging') + 1).flatMap((stage) => (plan.stages[stage]?.batches ?? []).slice(0, stage === current ? reached + 1 : undefined));
  return begun.flatMap((batch) => batch.launch).findLast((launch) => launch.revision === plan.candidate)?.count ?? 0;
}

/** The hold of a batch, or the stage's newest one. */
const holdOf = (deployment: Deployment, stage: string, batch: number | null): Hold | undefined =>
  deployment.holds.findLast((hold) => hold.stage === stage && (batch === null || hold.batch === batch));

function judgedOf(hold: Hold | undefined): Judged | null {
  if (hold === undefined || hold.verdict === null) return null;
  const { evidence, kind, reason } = hold.verdict;
  return { requests: evidence.candidate.requests, needed: evidence.thresholds.minimumRequests, failureRate: evidence.candidate.failureRate, stableFailureRate: evidence.stable?.failureRate ?? null, verdict: kind, reason };
}

function noteOf({ deployment, observed }: DeploymentDetail, hold: Hold | undefined, batch: StagePlan['batches'][number] | undefined): string | null {
  const problem = observed?.instances.find((instance) => instance.revision === deployment.plan.candidate && instance.problem !== null && instance.health !== 'healthy')?.problem ?? null;
  const notes = [
    ...(batch?.parallelRun === undefined ? [] : [`comparing answers${hold?.parallelRun === undefined ? '' : `: ${hold.parallelRun.verdict.reason}`}`]),
    ...(batch?.bake === true ? ['bake'] : []),
    ...(problem === null ? [] : [problem]),
    ...(hold !== undefined && hold.extensions > 0 ? [`extended ${hold.extensions === 1 ? 'once' : `${hold.extensions} times`}`] : []),
    ...(deployment.promoteRequestedBy === null ? [] : [`${deployment.promoteRequestedBy} asked to promote`]),
  ];
  return notes.length === 0 ? null : notes.join('; ');
}
