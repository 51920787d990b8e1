/** A plan in lines for people: `slipway plan`. */
import { type Gate, STAGES } from '../manifest.ts';
import type { Batch, Hold, Plan, StagePlan } from '../plan.ts';
import type { Weights } from '../route.ts';

/**
 * A heading, what is there, then each stage with its batches, numbered.
 * @param of a release, or a proposal: its artifact is not built yet, and whoever sees the repository sees its plan, so nobody is named
 */
export function describePlan(plan: Plan, of: 'release' | 'proposal' = 'release'): string[] {
  return [
    `${plan.service} ${plan.version} to ${plan.environment}: ${plan.strategy}, ${instances(plan.instances)} on ${plan.target}, never fewer than ${plan.minimumHealthy} healthy`,
    of === 'release' ? `  release ${plan.release}, artifact ${plan.digest.slice(0, 'sha256:'.length + 12)}` : '  its artifact is not built yet',
    plan.stable === null ? `  candidate ${plan.candidate}; nothing serves here yet` : `  candidate ${plan.candidate} takes over from ${plan.stable}`,
    ...STAGES.flatMap((name) => {
      const stage = plan.stages[name];
      return stage === null ? [] : [...(name === 'rollout' ? describeApproval(plan, of) : []), `${name}:`, ...describeStage(plan, stage, name === 'staging')];
    }),
  ];
}

function describeStage(plan: Plan, stage: StagePlan, testsAfterFirst: boolean): string[] {
  const batches = stage.batches.map((batch) => describeBatch(plan, batch));
  const tests = stage.tests.length === 0 ? [] : [`run ${stage.tests.length} ${stage.tests.length === 1 ? 'test' : 'tests'}: ${stage.tests.map((test) => test.name).join(', ')}`];
  const turns = testsAfterFirst ? [...batches.slice(0, 1), ...tests, ...batches.slice(1)] : [...batches, ...tests];
  return [...stage.gatesBefore.map(describeGate), ...turns, ...stage.gatesAfter.map(describeGate)].map((line, index) => `  ${index + 1}. ${line}`);
}

function describeBatch(plan: Plan, batch: Batch): string {
  const launches = batch.launch.map(({ revision, count }) => `${role(plan, revision)} to ${instances(count)}`);
  const shrinks = batch.shrink.map(({ revision, count }) => (count === 0 ? `retire ${role(plan, revision)}` : `${role(plan, revision)} down to ${instances(count)}`));
  return [...launches, describeWeights(plan, batch.weights), ...(batch.hold === null ? [] : [describeWatch({ ...batch, hold: batch.hold })]), ...shrinks].join('; ');
}

function describeWeights(plan: Plan, weights: Weights): string {
  const shares = Object.entries(weights).filter(([, weight]) => weight > 0).map(([revision, weight]) => `${weight} % ${role(plan, revision)}`);
  return shares.length === 0 ? 'no traffic' : `traffic ${shares.join(', ')}`;
}

function describeWatch({ hold, parallelRun, bake }: Batch & { readonly hold: Hold }): string {
  if (parallelRun !== undefined) return `compare the candidate's answers to ${parallelRun.sample} % of the requests for ${seconds(hold.seconds)}${parallelRun.onDifference === 'report' ? ', to report only' : ''}`;
  return bake === true ? `bake: judge on for ${seconds(hold.seconds)}, ready to go back at once` : describeHold(hold);
}

function describeHold(hold: Hold): string {
  return `watch ${hold.rule === null ? 'health' : 'and judge'} for ${seconds(hold.seconds)}`;
}

function describeGate(gate: Gate): string {
  if (gate.kind === 'command') return `run the gate ${gate.name}: ${gate.command.join(' ')}`;
  return gate.kind === 'person' ? `ask a person: ${gate.name}` : `ask a person: ${gate.name} (${gate.items.length} to check)`;
}

function describeApproval(plan: Plan, of: 'release' | 'proposal'): string[] {
  if (plan.approval === null) return [];
  const { count, approvers, timeout, onTimeout } = plan.approval;
  const named = of === 'release' ? approvers.join(', ') : `${approvers.length} ${approvers.length === 1 ? 'approver' : 'approvers'}`;
  return [`approval: ${count} of ${approvers.length === 0 ? 'nobody (name approvers in slipway.yaml or environments.yaml)' : named}, within ${seconds(timeout)}, else ${onTimeout}`];
}

/** The release's name for it, where the plan gives it one. */
function role(plan: Plan, revision: string): string {
  if (revision === plan.candidate) return 'candidate';
  return revision === plan.stable ? 'stable' : revision;
}

const instances = (count: number): string => `${count} ${count === 1 ? 'instance' : 'instances'}`;

function seconds(value: number): string {
  const [size, unit] = value >= 3600 ? [3600, 'h'] as const : value >= 60 ? [60, 'min'] as const : [1, 's'] as const;
  return `${Math.round((value / size) * 100) / 100} ${unit}`;
}
