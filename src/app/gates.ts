/** Gates by name: `approval` and `inconclusive-<stage>-<batch>` are the pipeline's own, `<stage>-<before|after>-<n>` the manifest's. */
import type { Deployment } from '../domain/deployment.ts';
import { NotFound } from '../domain/errors.ts';
import { ApprovalId, type DeploymentId } from '../domain/ids.ts';
import { STAGES, type ApprovalRule, type Gate, type StageName } from '../domain/manifest.ts';

export const gateName = (stage: StageName, when: 'before' | 'after', index: number): string => `${stage}-${when}-${index}`;
export const approvalIdOf = (deployment: DeploymentId, gate: string): ApprovalId => ApprovalId.parse(`${deployment}-${gate}`);

/** A gate with all it needs to ask its question. */
export type KnownGate =
  | { readonly kind: 'person'; readonly name: string; readonly question: string; readonly checklist: readonly string[]; readonly rule: ApprovalRule }
  | { readonly kind: 'command'; readonly name: string; readonly question: string; readonly command: readonly string[]; readonly timeoutSeconds: number };

/** @throws NotFound for a name the plan does not have */
export function gateOf(deployment: Deployment, name: string): KnownGate {
  const { plan } = deployment;
  const rule = plan.approval ?? plan.decisions;
  if (name === 'approval') return { kind: 'person', name, question: `May ${plan.service} ${plan.version} be rolled out in ${plan.environment}?`, checklist: [], rule };
  if (name.startsWith('inconclusive-')) return { kind: 'person', name, question: `The canary of ${plan.service} ${plan.version} in ${plan.environment} gave too little evidence. Go on?`, checklist: [], rule };
  for (const stage of STAGES) {
    for (const when of ['before', 'after'] as const) {
      const gates = plan.stages[stage]?.[when === 'before' ? 'gatesBefore' : 'gatesAfter'] ?? [];
      const index = gates.findIndex((_gate, position) => gateName(stage, when, position) === name);
      const gate = gates[index];
      if (gate !== undefined) return known(name, gate, rule);
    }
  }
  throw new NotFound(`${deployment.id} has no gate "${name}".`);
}

function known(name: string, gate: Gate, fallback: ApprovalRule): KnownGate {
  if (gate.kind === 'command') return { kind: 'command', name, question: gate.name, command: gate.command, timeoutSeconds: gate.timeout };
  const approvers = gate.approval.approvers.length > 0 ? gate.approval.approvers : fallback.approvers;
  return { kind: 'person', name, question: gate.name, checklist: gate.kind === 'checklist' ? gate.items : [], rule: { ...gate.approval, approvers } };
}
