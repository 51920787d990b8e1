/** What may be done in one place: roll back, pause, resume, scale. Each shows what is there, and is refused when that has changed. */
import { useState } from 'preact/hooks';
import { ask } from '../api/client.ts';
import type { Desired } from '../api/operations.ts';
import { mayDo, useMe, type May } from '../api/permissions.ts';
import { useAnswer } from '../api/query.ts';
import { Refused } from '../parts/said.tsx';
import { RevisionsAsked } from '../parts/revisions.tsx';
import { shortVersion } from '../text/numbers.ts';
import { exact } from '../text/time.ts';
import { Action } from './action.tsx';
import { Confirm } from './confirm.tsx';

export interface Place {
  readonly service: string;
  readonly environment: string;
  readonly team: string;
}

interface DialogGiven {
  readonly place: Place;
  readonly close: () => void;
}

const about = ({ service, environment }: Place): string => `${service} in ${environment}`;
const inPlace = (me: ReturnType<typeof useMe>, action: string, { team, environment }: Place): May => mayDo(me, action, { team, environments: [environment] });
const unless = (may: May, reason: string | null): May => (may.allowed && reason !== null ? { allowed: false, reason } : may);

export function PlaceActions({ place, desired }: { readonly place: Place; readonly desired: Desired }) {
  const me = useMe();
  const isBusy = desired.deployment !== null;
  const noWayBack = !isBusy && desired.previousRelease === null ? 'There is no release before this one.' : null;
  return (
    <div class="actions">
      <Action label={isBusy ? 'Roll back now' : 'Roll back'} look={isBusy ? 'danger' : ''} about={about(place)} may={unless(inPlace(me, 'rollback', place), noWayBack)} dialog={(close) => <RollbackDialog place={place} close={close} />} />
      {desired.paused === null
        ? <Action label="Pause repair" about={about(place)} may={inPlace(me, 'pause', place)} dialog={(close) => <PauseDialog place={place} close={close} />} />
        : <Action label="Resume repair" look="primary" about={about(place)} may={inPlace(me, 'pause', place)} dialog={(close) => <PauseDialog place={place} close={close} />} />}
      <Action label="Scale" about={about(place)} may={unless(inPlace(me, 'scale', place), isBusy ? `${desired.deployment ?? ''} is at work; scale when it is over.` : desired.stable === null ? 'There is no stable revision to scale.' : null)} dialog={(close) => <ScaleDialog place={place} close={close} />} />
    </div>
  );
}

/** Read once for the dialog: what it shows is what its ETag binds. */
const useDesired = (place: Place) => useAnswer('readDesired', { params: { service: place.service, environment: place.environment } });
const NOT_READ = 'What is asked for there is being read.';

function RollbackDialog({ place, close }: DialogGiven) {
  const desired = useDesired(place);
  const releases = useAnswer('listReleases', { params: { service: place.service }, query: { limit: 50 } });
  const [version, choose] = useState('');
  const now = desired.value;
  const isBusy = now?.deployment != null;
  const previous = releases.value?.find(({ id }) => id === now?.previousRelease);
  const target = version !== '' ? version : isBusy ? 'the stable release' : previous?.version ?? 'the release before';
  return (
    <Confirm
      title={`Roll back ${about(place)}`} button={`Roll back to ${shortVersion(target)}`} look="danger" close={close} missing={now === undefined ? NOT_READ : null} refresh={() => { desired.refresh(); releases.refresh(); }} done={`${about(place)}: rolling back to ${target}`}
      act={({ idempotencyKey }) => ask('rollback', { params: { service: place.service, environment: place.environment }, body: version === '' ? {} : { version } }, { idempotencyKey, ifMatch: desired.etag ?? undefined })}
    >
      {desired.error === undefined || now !== undefined ? null : <Refused error={desired.error} />}
      {now === undefined ? null : (
        <>
          <p>{isBusy && version === '' ? `${now.deployment ?? ''} is at work. It is cancelled, all traffic goes to the stable revision at once, and what it started is taken away.` : `${shortVersion(target)} is deployed again, without canary and questions. Its artifact, configuration and flags come back together.`}</p>
          <RevisionsAsked desired={now} />
          <label>To<select value={version} onChange={(event) => choose(event.currentTarget.value)}>
            <option value="">{isBusy ? 'the stable release' : `the release before${previous === undefined ? '' : `: ${shortVersion(previous.version)}`}`}</option>
            {(releases.value ?? []).map((release) => <option key={release.id} value={release.version}>{shortVersion(release.version)}, {exact(release.createdAt)}</option>)}
          </select></label>
        </>
      )}
    </Confirm>
  );
}

function PauseDialog({ place, close }: DialogGiven) {
  const desired = useDesired(place);
  const now = desired.value;
  const isPaused = now?.paused != null;
  const params = { service: place.service, environment: place.environment };
  return (
    <Confirm
      title={`${isPaused ? 'Resume' : 'Pause'} repair of ${about(place)}`} button={isPaused ? 'Resume repair' : 'Pause repair'} close={close} missing={now === undefined ? NOT_READ : null} reason="Why" refresh={desired.refresh} done={`${about(place)}: repair ${isPaused ? 'resumed' : 'paused'}`}
      act={({ idempotencyKey, reason }) => {
        const how = { idempotencyKey, ifMatch: desired.etag ?? undefined };
        return isPaused ? ask('resume', { params, body: { why: reason } }, how) : ask('pause', { params, body: { why: reason } }, how);
      }}
    >
      {now === undefined ? null : <p>{now.paused === null ? 'What drifts is reported and not repaired, until somebody resumes. A deployment at work goes on.' : `Paused by ${now.paused.by} at ${exact(now.paused.at)}${now.paused.why === '' ? '' : `: ${now.paused.why}`}. What drifted meanwhile is repaired at once.`}</p>}
      {now === undefined ? null : <RevisionsAsked desired={now} />}
    </Confirm>
  );
}

function ScaleDialog({ place, close }: DialogGiven) {
  const desired = useDesired(place);
  const now = desired.value;
  const stable = now?.stable == null ? undefined : now.revisions[now.stable];
  const [typed, type] = useState<string | null>(null);
  const wanted = Number(typed ?? stable?.count ?? 0);
  const isNumber = Number.isInteger(wanted) && wanted >= 0 && wanted <= 10_000 && typed !== '';
  return (
    <Confirm
      title={`Scale ${about(place)}`} button={wanted === 0 ? 'Stop all instances' : `Scale to ${wanted}`} look={wanted === 0 ? 'danger' : 'primary'} close={close} refresh={desired.refresh} done={`${about(place)}: scaled to ${wanted}`}
      missing={stable === undefined ? NOT_READ : !isNumber ? 'A whole number from 0 to 10,000.' : wanted === stable.count ? 'That is what there is.' : null}
      reason="Why"
      act={({ idempotencyKey, reason }) => ask('scale', { params: { service: place.service, environment: place.environment }, body: { instances: wanted, why: reason } }, { idempotencyKey, ifMatch: desired.etag ?? undefined })}
    >
      {now === undefined ? null : <RevisionsAsked desired={now} />}
      <label>Instances<input type="number" min={0} max={10_000} step={1} value={typed ?? String(stable?.count ?? '')} onInput={(event) => type(event.currentTarget.value)} /></label>
      <p class="hint">Until the next release, whose manifest says its own number. 0 stops the instances and keeps the release.</p>
    </Confirm>
  );
}
