/** Approve or reject: what the request showed when it was made is what is decided on. */
import { useState } from 'preact/hooks';
import { ask } from '../api/client.ts';
import type { AnswerOf, Approval } from '../api/operations.ts';
import { mayDecide, useMe } from '../api/permissions.ts';
import { useAnswer } from '../api/query.ts';
import { EvidenceShown } from '../parts/evidence.tsx';
import { PlanLines } from '../parts/plan-lines.tsx';
import { TestList } from '../parts/test-list.tsx';
import { counted, shortDigest, shortVersion } from '../text/numbers.ts';
import { until } from '../text/time.ts';
import { Action } from './action.tsx';
import { Confirm } from './confirm.tsx';

type Detail = AnswerOf<'readPipeline'>;
type Evidence = NonNullable<Detail['deployments'][number]['deployment']['holds'][number]['verdict']>;
/** What src/app/request-approval.ts freezes; the contract leaves it open, so it is read with care. */
interface Frozen {
  readonly tests?: readonly (Detail['deployments'][number]['tests'][number] & { readonly environment?: string })[];
  readonly holds?: readonly { readonly stage: string; readonly batch: number; readonly verdict: Evidence | null }[];
}
const frozen = (approval: Approval): Frozen => (typeof approval.subject.evidence === 'object' && approval.subject.evidence !== null ? approval.subject.evidence : {});

export const pipelineOf = ({ subject }: Approval): string => subject.deployment.slice(0, -subject.environment.length - 1);

export function DecideActions({ approval, team }: { readonly approval: Approval; readonly team: string }) {
  const me = useMe();
  const about = `${approval.subject.service} in ${approval.subject.environment}`;
  const now = Date.now();
  return (
    <>
      <Action label="Approve" look="primary" about={about} may={mayDecide(me, team, approval, 'approve', now)} dialog={(close) => <DecideDialog approval={approval} decision="approve" close={close} />} />
      <Action label="Reject" about={about} may={mayDecide(me, team, approval, 'reject', now)} dialog={(close) => <DecideDialog approval={approval} decision="reject" close={close} />} />
    </>
  );
}

/** The request as it was when the dialog opened: another one that comes meanwhile has another binding, and is another dialog. */
function DecideDialog({ approval: given, decision, close }: { readonly approval: Approval; readonly decision: 'approve' | 'reject'; readonly close: () => void }) {
  const [approval] = useState(given);
  const [checked, check] = useState<readonly number[]>([]);
  const { subject, rule, decisions } = approval;
  const detail = useAnswer('readPipeline', { params: { pipeline: pipelineOf(approval) } });
  const own = detail.value?.deployments.find(({ deployment }) => deployment.id === subject.deployment);
  const isPlanOther = own !== undefined && own.deployment.planHash !== subject.planHash;
  const missing = decision === 'reject' ? null : own === undefined ? 'The plan is not there yet.' : isPlanOther ? 'The plan is not the one of this request any more.' : checked.length < subject.checklist.length ? 'Confirm each item first.' : null;
  return (
    <Confirm
      title={`${decision === 'approve' ? 'Approve' : 'Reject'} ${subject.service} ${shortVersion(subject.version)} in ${subject.environment}`} button={decision === 'approve' ? 'Approve' : 'Reject'} look={decision === 'approve' ? 'primary' : 'danger'} close={close} missing={missing} reason="Comment"
      refresh={detail.refresh} done={`${subject.service} in ${subject.environment}: ${decision === 'approve' ? 'approved' : 'rejected'}`}
      act={({ idempotencyKey, reason }) => ask('decide', { body: { service: subject.service, environment: subject.environment, decision, comment: reason, binding: approval.binding } }, { idempotencyKey })}
    >
      <p>{subject.question}</p>
      <dl class="facts">
        <div><dt>Artifact</dt><dd class="mono">{shortDigest(subject.digest)}</dd></div><div><dt>Request</dt><dd class="mono">{approval.binding}</dd></div>
        <div><dt>Needs</dt><dd>{counted(rule.count, 'approval')}{decisions.length === 0 ? '' : `, has ${decisions.length}`} of {rule.approvers.join(', ')}</dd></div><div><dt>Expires</dt><dd>{until(approval.expiresAt, Date.now())}, then {rule.onTimeout}</dd></div>
      </dl>
      {subject.checklist.length === 0 || decision === 'reject' ? null : (
        <fieldset><legend>To be confirmed</legend>{subject.checklist.map((item, index) => <label key={item} class="check"><input type="checkbox" checked={checked.includes(index)} onChange={(event) => check(event.currentTarget.checked ? [...checked, index] : checked.filter((one) => one !== index))} />{item}</label>)}</fieldset>
      )}
      {(frozen(approval).holds ?? []).map(({ stage, batch, verdict }) => (verdict === null ? null : <EvidenceShown key={`${stage}${batch}`} title={`Evidence of the ${stage}, as of the request`} verdict={verdict} />))}
      {(frozen(approval).tests ?? []).length === 0 ? null : <TestList tests={frozen(approval).tests ?? []} />}
      {own === undefined ? null : <details open><summary>The plan</summary><PlanLines lines={own.lines} /></details>}
    </Confirm>
  );
}
