/** What may be said to a pipeline at work: promote a hold early, cancel all of it. */
import { ask } from '../api/client.ts';
import type { Deployment, Pipeline } from '../api/operations.ts';
import { mayDo, useMe, type May } from '../api/permissions.ts';
import { EvidenceShown } from '../parts/evidence.tsx';
import { shortVersion } from '../text/numbers.ts';
import { Action } from './action.tsx';
import { Confirm } from './confirm.tsx';

const no = (reason: string): May => ({ allowed: false, reason });

export function CancelAction({ pipeline, team }: { readonly pipeline: Pipeline; readonly team: string }) {
  const may = mayDo(useMe(), 'cancel', { team, environments: pipeline.waves.flat() });
  const isStopping = pipeline.stop !== null;
  if (pipeline.status.kind !== 'running') return null;
  return (
    <Action
      label="Cancel" about={pipeline.id} may={may.allowed && isStopping ? no('It is ending already.') : may}
      dialog={(close) => (
        <Confirm title={`Cancel ${pipeline.id}`} button="Cancel the pipeline" look="danger" close={close} missing={null} reason="Why" refresh={() => undefined} done={`${pipeline.id} is being cancelled`} act={({ idempotencyKey, reason }) => ask('cancelPipeline', { params: { pipeline: pipeline.id }, body: { why: reason } }, { idempotencyKey })}>
          <p>It ends at its next turn. What it changed is taken back: traffic goes to the stable revisions, and its own instances are taken away. Environments that it has finished keep {shortVersion(pipeline.version)}.</p>
        </Confirm>
      )}
    />
  );
}

/** The hold at work: judged, and not ended yet. */
export const holdAtWork = ({ holds, stage, batch }: Deployment) => holds.find((hold) => hold.stage === stage && hold.batch === batch && hold.verdict?.kind !== 'promote');

export function PromoteAction({ deployment, team }: { readonly deployment: Deployment; readonly team: string }) {
  const may = mayDo(useMe(), 'promote', { team, environments: [deployment.environment] });
  const hold = holdAtWork(deployment);
  if (deployment.status.kind !== 'running') return null;
  const reason = hold === undefined ? 'It is not being watched now, so there is nothing to end early.' : deployment.promoteRequestedBy !== null ? `${deployment.promoteRequestedBy} has asked for it already.` : null;
  return (
    <Action
      label="Promote" about={`${deployment.service} in ${deployment.environment}`} may={may.allowed && reason !== null ? no(reason) : may}
      dialog={(close) => (
        <Confirm
          title={`Promote ${deployment.service} in ${deployment.environment}`} button="End the hold early" close={close} refresh={() => undefined} done={`${deployment.environment}: the hold ends as soon as the evidence allows`}
          missing={hold === undefined ? 'The hold has ended meanwhile.' : null} act={({ idempotencyKey }) => ask('promote', { params: { service: deployment.service, environment: deployment.environment }, body: {} }, { idempotencyKey })}
        >
          <p>The hold of the {deployment.stage ?? 'stage'} ends now on the evidence there is. Without enough of it the judge goes on watching.</p>
          {hold?.verdict == null ? <p class="said">The judge has not looked yet.</p> : <EvidenceShown title="Evidence so far" verdict={hold.verdict} />}
        </Confirm>
      )}
    />
  );
}
