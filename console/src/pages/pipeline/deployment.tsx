/** A pipeline's deployment in one environment: traffic, evidence, tests, decisions, instances, plan, output. */
import { DecideActions } from '../../actions/decide.tsx';
import { PromoteAction } from '../../actions/pipeline-actions.tsx';
import { PlaceActions } from '../../actions/place-actions.tsx';
import { useAnswer } from '../../api/query.ts';
import type { Approval, Deployment, DeploymentDetail } from '../../api/operations.ts';
import { EvidenceShown } from '../../parts/evidence.tsx';
import { Icon, Status } from '../../parts/icon.tsx';
import { GateList } from '../../parts/gate-list.tsx';
import { InstancesByZone } from '../../parts/instances.tsx';
import { Logs } from '../../parts/logs.tsx';
import { PlanLines } from '../../parts/plan-lines.tsx';
import { TestList } from '../../parts/test-list.tsx';
import { TrafficPlot } from '../../parts/traffic-plot.tsx';
import { ago, duration, exact, until } from '../../text/time.ts';
import { deploymentNow, endOf } from '../../text/pipelines.ts';
import { shortVersion } from '../../text/numbers.ts';

export function DeploymentPanel({ detail: { deployment, tests, gates, approvals, observed, lines }, team }: { readonly detail: DeploymentDetail; readonly team: string }) {
  const { service, environment, plan } = deployment;
  const now = deploymentNow(deployment);
  const isOver = endOf(deployment) !== null;
  const desired = useAnswer('readDesired', isOver ? null : { params: { service, environment } }, (change) => change.what === 'desired' && change.service === service && change.environment === environment);
  const waiting = approvals.filter(({ status }) => status.kind === 'waiting');
  return (
    <section class="panel deployment" aria-label={`${environment}: ${now.word}`}>
      <header>
        <h2>{environment} <Status tone={now.tone}>{now.word}</Status></h2>
        <span class="hint">{plan.strategy}, {plan.instances} on {plan.target}, {isOver ? `took ${duration((endOf(deployment) ?? 0) - deployment.startedAt)}` : `began ${ago(deployment.startedAt, Date.now())}`}</span>
      </header>
      {now.sentence === null ? null : <p>{now.sentence}</p>}
      {waiting.map((approval) => <Waiting key={approval.id} approval={approval} team={team} />)}
      {isOver ? null : <div class="actions"><PromoteAction deployment={deployment} team={team} />{desired.value === undefined ? null : <PlaceActions place={{ service, environment, team }} desired={desired.value} />}</div>}
      <TrafficPlot service={service} environment={environment} since={deployment.startedAt} until={endOf(deployment)} names={{ [plan.candidate]: `candidate ${shortVersion(plan.version)}`, ...(plan.stable === null ? {} : { [plan.stable]: `stable ${shortVersion(plan.specs[plan.stable]?.version ?? '')}` }) }} candidate={plan.candidate} />
      <Holds deployment={deployment} />
      {tests.length === 0 ? null : <><h3>Tests</h3><TestList tests={tests} /></>}
      {gates.length === 0 ? null : <><h3>Gates</h3><GateList gates={gates} isOver={isOver} /></>}
      <Decided approvals={approvals.filter(({ status }) => status.kind !== 'waiting')} />
      {observed === null ? null : <InstancesByZone instances={observed.instances} endpoint={observed.endpoint} names={{ [plan.candidate]: 'candidate', ...(plan.stable === null ? {} : { [plan.stable]: 'stable' }) }} />}
      <details><summary>The plan <span class="hint mono">{deployment.planHash.slice(0, 12)}</span></summary><PlanLines lines={lines} /></details>
      <Logs service={service} environment={environment} />
    </section>
  );
}

const Waiting = ({ approval, team }: { readonly approval: Approval; readonly team: string }) => (
  <div class="notice tone-wait asks">
    <Icon tone="wait" />
    <div><p><b>{approval.subject.question}</b></p><p class="hint">Asked {ago(approval.requestedAt, Date.now())} of {approval.rule.approvers.join(', ') || 'nobody'}; expires {until(approval.expiresAt, Date.now())}, then {approval.rule.onTimeout}. {approval.decisions.map(({ by, decision }) => `${by}: ${decision}. `)}</p></div>
    <div class="actions"><DecideActions approval={approval} team={team} /></div>
  </div>
);

/** The newest hold is open; those before it can be looked at. */
function Holds({ deployment: { holds } }: { readonly deployment: Deployment }) {
  const judged = holds.filter(({ verdict }) => verdict !== null);
  return <>{judged.map(({ stage, batch, verdict, seconds, turns, startedAt }, index) => {
    if (verdict === null) return null;
    const from = exact(startedAt).slice(11);
    // A watch lasts for as long as somebody is asked.
    const title = stage === 'watch' ? `Watch while a person is asked: ${turns} looks from ${from}` : `${stage}, hold ${batch + 1}: ${turns} looks in ${duration(seconds * 1000)} from ${from}`;
    const shown = <EvidenceShown title={title} verdict={verdict} />;
    return index === judged.length - 1 ? <div key={title}>{shown}</div> : <details key={title}><summary>{title}: {verdict.kind}</summary>{shown}</details>;
  })}</>;
}

function Decided({ approvals }: { readonly approvals: readonly Approval[] }) {
  if (approvals.length === 0) return null;
  return (
    <>
      <h3>Decisions</h3>
      <ul class="decisions">
        {approvals.map(({ id, subject, status, decisions, binding }) => (
          <li key={id}>
            <Status tone={status.kind === 'approved' ? 'good' : status.kind === 'rejected' ? 'bad' : 'idle'}>{subject.question} {status.kind}</Status> <span class="hint mono">{binding}</span>
            {decisions.map(({ by, at, decision, comment }) => <p key={`${by}${at}`}>{by}: {decision}{comment === '' ? '' : `, “${comment}”`} <span class="hint">{exact(at)}</span></p>)}
            {status.kind === 'voided' ? <p>{status.reason}</p> : status.kind === 'expired' ? <p>Nobody decided in time: {status.taken}.</p> : null}
          </li>
        ))}
      </ul>
    </>
  );
}
