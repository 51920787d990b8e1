/** Takes a person's decision on what waits. The rules are the domain's; here it is found, written and answered. */
import { Approval, rule, type Decision } from '../domain/approval.ts';
import { Forbidden, InvalidInput, NotFound } from '../domain/errors.ts';
import { ApprovalId, type EnvironmentName, type Identity, type ServiceName } from '../domain/ids.ts';
import type { Effect } from '../domain/outbox.ts';
import type { Ports } from '../ports/index.ts';
import { commit, type CommitNeeds } from './state/commit.ts';
import { read, replacing, untilWritten } from './state/documents.ts';
import { approvalKey, pendingApprovalKey } from './state/keys.ts';

export interface DecideInput {
  readonly service: ServiceName;
  /** Needed only when more than one request of the service waits. */
  readonly environment?: EnvironmentName | undefined;
  readonly decision: 'approve' | 'reject';
  readonly by: Identity;
  readonly comment: string;
  /** What the person saw. Absent in a bare slash command: then it is what waits now, and exactly one request must. */
  readonly binding?: string | undefined;
}

/**
 * @throws NotFound when nothing waits, InvalidInput when more than one request does, Forbidden with the rule that says no
 */
export const decide = (needs: CommitNeeds) => (input: DecideInput): Promise<Approval> => untilWritten(async () => {
  const waiting = await pendingApprovals(needs, input.service, input.environment);
  const chosen = input.binding === undefined ? waiting : waiting.filter(({ approval }) => approval.value.binding === input.binding);
  const [only, ...more] = chosen;
  if (only === undefined) throw nothingWaits(input, waiting.length);
  if (more.length > 0) throw new InvalidInput(`${chosen.length} requests of ${input.service} wait. Say which: ${chosen.map(({ approval }) => `--environment ${approval.value.subject.environment} (${approval.value.binding})`).join(', ')}.`);
  const decision: Decision = { by: input.by, at: needs.clock.now(), decision: input.decision, comment: input.comment };
  const ruling = rule(only.approval.value, decision, input.binding ?? only.approval.value.binding);
  if (ruling.kind === 'refused') throw new Forbidden(`Not taken: ${ruling.reason}.`);
  const over = ruling.approval.status.kind !== 'waiting';
  await commit(needs, [
    replacing(only.approval, ruling.approval),
    ...(over ? [{ kind: 'delete' as const, key: pendingApprovalKey(ruling.approval.id), condition: { generation: only.pending } }] : []),
  ], over ? [answer(ruling.approval)] : []);
  return ruling.approval;
});

function nothingWaits(input: DecideInput, others: number): NotFound {
  const what = input.binding === undefined ? `Nothing of ${input.service} waits for a decision${input.environment === undefined ? '' : ` in ${input.environment}`}.` : `What ${input.binding} showed does not wait any more.`;
  return new NotFound(`${what} ${others > 0 ? 'Something newer does: look at it with "slipway status".' : 'See "slipway history" for what became of it.'}`);
}

function answer(approval: Approval): Effect {
  if (approval.status.kind === 'rejected') return { kind: 'fail-task', token: approval.token, error: 'ApprovalRejected', cause: `${approval.status.by} rejected it${approval.status.comment === '' ? '' : `: ${approval.status.comment}`}` };
  return { kind: 'succeed-task', token: approval.token, output: { approvedBy: approval.decisions.map((decision) => decision.by) } };
}

/** Requests that wait, oldest first by id; with the generation of their pending item. */
export async function pendingApprovals(needs: Pick<Ports, 'store'>, service?: ServiceName, environment?: EnvironmentName) {
  const page = await needs.store.query('approvals', service === undefined ? '' : `${service}-`, { limit: 1000 });
  const found = [];
  for (const pending of page.items) {
    const approval = await read(needs.store, Approval, approvalKey(ApprovalId.parse(pending.sort)));
    if (approval === undefined || (service !== undefined && approval.value.subject.service !== service)) continue;
    if (environment === undefined || approval.value.subject.environment === environment) found.push({ approval, pending: pending.generation });
  }
  return found;
}
