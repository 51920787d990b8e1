/** Deploy a release that exists: the plan is shown before, and what is started is that plan or nothing. */
import { useState } from 'preact/hooks';
import { ask } from '../api/client.ts';
import { mayDo, useMe } from '../api/permissions.ts';
import { useAnswer } from '../api/query.ts';
import { PlanLines } from '../parts/plan-lines.tsx';
import { Loading, Refused } from '../parts/said.tsx';
import { goTo, pipelineAddress } from '../router.ts';
import { shortVersion } from '../text/numbers.ts';
import { ago } from '../text/time.ts';
import { Action } from './action.tsx';
import { Confirm } from './confirm.tsx';

export function DeployAction({ service, team, environments }: { readonly service: string; readonly team: string; readonly environments: readonly string[] }) {
  const me = useMe();
  // One environment is enough to open the dialog; which ones, the dialog says.
  const some = environments.map((environment) => mayDo(me, 'deploy', { team, environments: [environment] }));
  return <Action label="Deploy …" look="primary" about={service} may={some.find(({ allowed }) => allowed) ?? some[0] ?? { allowed: false, reason: 'There is no environment.' }} dialog={(close) => <DeployDialog service={service} team={team} environments={environments} close={close} />} />;
}

function DeployDialog({ service, team, environments, close }: { readonly service: string; readonly team: string; readonly environments: readonly string[]; readonly close: () => void }) {
  const me = useMe();
  const releases = useAnswer('listReleases', { params: { service }, query: { limit: 100 } });
  const [chosen, choose] = useState('');
  const [environment, place] = useState(environments[0] ?? '');
  const version = chosen === '' ? releases.value?.[0]?.version ?? '' : chosen;
  const may = mayDo(me, 'deploy', { team, environments: [environment] });
  const plan = useAnswer('previewPlan', version === '' || !may.allowed ? null : { body: { service, version, environment } });
  const missing = !may.allowed ? may.reason : plan.value === undefined ? 'The plan is not there yet.' : null;
  return (
    <Confirm
      title={`Deploy ${service}`} button={`Deploy ${shortVersion(version)} to ${environment}`} close={close} missing={missing} refresh={plan.refresh} done={`${service} ${shortVersion(version)} is on its way to ${environment}`}
      act={async ({ idempotencyKey }) => {
        const { value } = await ask('deploy', { body: { service, version, environment, plan: plan.value?.hash } }, { idempotencyKey });
        goTo(pipelineAddress(value.id));
      }}
    >
      <div class="filters">
        <label>Release<select value={version} onChange={(event) => choose(event.currentTarget.value)}>{(releases.value ?? []).map((release) => <option key={release.id} value={release.version}>{shortVersion(release.version)}, {ago(release.createdAt, Date.now())}{release.stableIn.length === 0 ? '' : `, stable in ${release.stableIn.join(', ')}`}</option>)}</select></label>
        <label>Environment<select value={environment} onChange={(event) => place(event.currentTarget.value)}>{environments.map((name) => <option key={name} value={name}>{name}</option>)}</select></label>
      </div>
      {plan.error !== undefined ? <Refused error={plan.error} /> : plan.value !== undefined ? <PlanLines lines={plan.value.lines} /> : may.allowed ? <Loading what="the plan" /> : null}
    </Confirm>
  );
}
