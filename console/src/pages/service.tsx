/** One service: each environment with what is asked for and what runs, its releases, its pipelines. */
import { DecideActions } from '../actions/decide.tsx';
import { DeployAction } from '../actions/deploy.tsx';
import { PlaceActions } from '../actions/place-actions.tsx';
import { useAnswer } from '../api/query.ts';
import type { PlaceStatus, ServiceStatus } from '../api/operations.ts';
import { Icon, Status } from '../parts/icon.tsx';
import { InstancesByZone } from '../parts/instances.tsx';
import { Logs } from '../parts/logs.tsx';
import { RevisionsAsked } from '../parts/revisions.tsx';
import { Nothing, Shown } from '../parts/said.tsx';
import { pipelineAddress, serviceAddress, type PageProps } from '../router.ts';
import { shortCommit, shortVersion } from '../text/numbers.ts';
import { CAUSES, endOf, pipelineNow } from '../text/pipelines.ts';
import { DRIFT_WORDS, glance, type Row } from '../text/places.ts';
import { ago, duration, exact } from '../text/time.ts';

export function ServicePage({ names }: PageProps) {
  const service = names['service'] ?? '';
  const isOurs = (change: { readonly service: string | null }) => change.service === service;
  const status = useAnswer('readService', { params: { service } }, isOurs);
  const row = useAnswer('listOverview', { query: { service } }, isOurs).value?.[0];
  return <div class="page"><Shown seen={status} what="the service" title={service}>{(value) => <Whole status={value} row={row} />}</Shown></div>;
}

function Whole({ status: { service, places, waiting }, row }: { readonly status: ServiceStatus; readonly row: Row | undefined }) {
  return (
    <>
      <header class="head">
        <div class="title"><h1>{service.name}</h1><span class="hint">team {service.team}</span><div class="actions push"><DeployAction service={service.name} team={service.team} environments={places.map(({ environment }) => environment)} /></div></div>
        {service.repository === null ? null : <p class="hint" data-source>{service.repository}{service.manifestPath === null ? '' : `, ${service.manifestPath}`}</p>}
      </header>
      {waiting.map((approval) => (
        <div key={approval.id} class="notice tone-wait asks"><Icon tone="wait" /><div><p><b>{approval.subject.question}</b></p><p class="hint">Asked {ago(approval.requestedAt, Date.now())}. <a href={pipelineAddress(approval.subject.deployment.slice(0, -approval.subject.environment.length - 1))}>Its pipeline</a></p></div><div class="actions"><DecideActions approval={approval} team={service.team} /></div></div>
      ))}
      <div class="places">{places.map((place) => <PlacePanel key={place.environment} place={place} service={service.name} team={service.team} seen={row?.places.find(({ environment }) => environment === place.environment)} />)}</div>
      <Pipelines service={service.name} />
      <Releases service={service.name} />
    </>
  );
}

function PlacePanel({ place: { environment, desired, observed }, service, team, seen }: { readonly place: PlaceStatus; readonly service: string; readonly team: string; readonly seen: Row['places'][number] | undefined }) {
  if (desired === null) return <section class="panel" aria-label={environment}><header><h2>{environment}</h2></header><p class="said">Never deployed here.</p></section>;
  const now = seen === undefined ? undefined : glance(seen);
  return (
    <section class="panel" aria-label={environment}>
      <header><h2>{environment} {now === undefined ? null : <Status tone={now.tone}>{now.word}</Status>}</h2><span class="hint">generation {desired.generation}, {desired.changedBy}, {ago(desired.changedAt, Date.now())}</span></header>
      {desired.paused === null ? null : <div class="notice tone-warn"><Icon tone="warn" /><p>Repair is paused by {desired.paused.by} since {exact(desired.paused.at)}{desired.paused.why === '' ? '.' : `: ${desired.paused.why}`}</p></div>}
      {seen === undefined || seen.drift.length === 0 ? null : <div class="notice tone-warn"><Icon tone="warn" /><p>Drift: {seen.drift.map((kind) => DRIFT_WORDS[kind]).join(', ')}.</p></div>}
      {desired.deployment === null ? null : <p><Status tone="busy">at work:</Status> <a href={pipelineAddress(desired.deployment.slice(0, -environment.length - 1))}>{desired.deployment}</a></p>}
      <RevisionsAsked desired={desired} />
      <PlaceActions place={{ service, environment, team }} desired={desired} />
      {observed === null ? null : <InstancesByZone instances={observed.instances} endpoint={observed.endpoint} names={Object.fromEntries(Object.values(desired.revisions).map(({ spec }) => [spec.revision, shortVersion(spec.version)]))} />}
      <Logs service={service} environment={environment} />
    </section>
  );
}

const SHOWN = 15;

function Pipelines({ service }: { readonly service: string }) {
  const pipelines = useAnswer('listPipelines', { params: { service }, query: { limit: SHOWN } }, (change) => change.service === service && change.what === 'pipeline');
  return (
    <section class="panel flush" aria-label="Pipelines" tabIndex={0}>
      <header><h2>Pipelines</h2></header>
      <Shown seen={pipelines} what="pipelines">{(value) => (value.length === 0 ? <Nothing>None yet.</Nothing> : (
        <table>
          <thead><tr><th scope="col">Pipeline</th><th scope="col">Version</th><th scope="col">Outcome</th><th scope="col">Cause</th><th scope="col">Began</th><th scope="col">Took</th></tr></thead>
          <tbody>{value.map((pipeline) => {
            const now = pipelineNow(pipeline);
            const end = endOf(pipeline);
            return <tr key={pipeline.id}><th scope="row"><a data-row href={pipelineAddress(pipeline.id)}>#{pipeline.number}</a></th><td class="mono">{shortVersion(pipeline.version)}</td><td title={now.sentence ?? undefined}><Status tone={now.tone}>{now.word}</Status></td><td>{CAUSES[pipeline.cause]}, {pipeline.startedBy}</td><td title={exact(pipeline.startedAt)}>{ago(pipeline.startedAt, Date.now())}</td><td>{end === null ? '–' : duration(end - pipeline.startedAt)}</td></tr>;
          })}</tbody>
        </table>
      ))}</Shown>
    </section>
  );
}

function Releases({ service }: { readonly service: string }) {
  const releases = useAnswer('listReleases', { params: { service }, query: { limit: SHOWN } }, (change) => change.service === service && (change.what === 'pipeline' || change.what === 'desired'));
  return (
    <section class="panel flush" aria-label="Releases" tabIndex={0}>
      <header><h2>Releases</h2>{(releases.value?.length ?? 0) < 2 ? null : <a href={`${serviceAddress(service)}/compare`}>Compare two</a>}</header>
      <Shown seen={releases} what="releases">{(value) => (value.length === 0 ? <Nothing>None yet.</Nothing> : (
        <table>
          <thead><tr><th scope="col">Version</th><th scope="col">Release</th><th scope="col">Commit</th><th scope="col">Author</th><th scope="col">Made</th><th scope="col">Stable in</th></tr></thead>
          <tbody>{value.map((release) => <tr key={release.id}><th scope="row" class="mono">{shortVersion(release.version)}</th><td class="mono">{release.id.slice(service.length + 1)}</td><td class="mono">{release.commit === null ? '–' : shortCommit(release.commit)}</td><td>{release.author ?? '–'}</td><td title={exact(release.createdAt)}>{ago(release.createdAt, Date.now())}</td><td>{release.stableIn.join(', ') || '–'}</td></tr>)}</tbody>
        </table>
      ))}</Shown>
    </section>
  );
}
