/** What waits for somebody's decision, everywhere. */
import { DecideActions, pipelineOf } from '../actions/decide.tsx';
import { useAnswer } from '../api/query.ts';
import { Icon } from '../parts/icon.tsx';
import { Nothing, Shown } from '../parts/said.tsx';
import { pipelineAddress } from '../router.ts';
import { shortVersion } from '../text/numbers.ts';
import { ago, until } from '../text/time.ts';

export function ApprovalsPage() {
  const approvals = useAnswer('listApprovals', {}, ({ what }) => what === 'approval');
  const teams = useAnswer('listTeams', {});
  const teamOf = (service: string): string => teams.value?.find(({ services }) => services.some((name) => name === service))?.team ?? '';
  return (
    <div class="page">
      <div class="title"><h1>Approvals</h1></div>
      <Shown seen={approvals} what="what waits">{(value) => (value.length === 0 ? <Nothing>Nothing waits for a decision.</Nothing> : (
        <ul class="asked">
          {[...value].sort((one, other) => one.expiresAt - other.expiresAt).map((approval) => (
            <li key={approval.id} class="notice tone-wait asks">
              <Icon tone="wait" />
              <div><p><a data-row href={pipelineAddress(pipelineOf(approval))}><b>{approval.subject.question}</b></a></p><p class="hint"><span class="mono">{shortVersion(approval.subject.version)}</span> in {approval.subject.environment}, asked {ago(approval.requestedAt, Date.now())} of {approval.rule.approvers.join(', ') || 'nobody'}; expires {until(approval.expiresAt, Date.now())}, then {approval.rule.onTimeout}.</p></div>
              <div class="actions"><DecideActions approval={approval} team={teamOf(approval.subject.service)} /></div>
            </li>
          ))}
        </ul>
      ))}</Shown>
    </div>
  );
}
