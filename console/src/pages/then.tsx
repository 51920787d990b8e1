/** An environment as it was at a given time: what was asked for of each service, and who had last changed it. */
import { useGrowing } from '../api/growing.ts';
import type { AnswerOf } from '../api/operations.ts';
import { At, Choice, useNames } from '../parts/filters.tsx';
import { More } from '../parts/more.tsx';
import { Nothing, Shown } from '../parts/said.tsx';
import { When } from '../parts/when.tsx';
import { serviceAddress, type PageProps } from '../router.ts';
import { shortVersion } from '../text/numbers.ts';
import { exact } from '../text/time.ts';

type Then = AnswerOf<'readEnvironmentThen'>[number];

export function ThenPage({ address }: PageProps) {
  const { environments } = useNames();
  const environment = address.query.get('environment') ?? environments.at(-1) ?? '';
  const at = Number(address.query.get('at') ?? NaN);
  return (
    <div class="page">
      <div class="title"><h1>An environment as it was</h1><a href="/audit">Audit</a></div>
      <form class="filters" aria-label="Environment and time" onSubmit={(event) => event.preventDefault()}>
        <Choice address={address} name="environment" label="Environment" any={environment === '' ? 'Choose one' : environment} options={environments.filter((name) => name !== environment || address.query.has('environment')).map((name) => [name, name] as const)} />
        <At address={address} name="at" label="At" />
      </form>
      {environment === '' || Number.isNaN(at) ? <Nothing>Say which time. Lines of the <a href="/audit">audit</a> lead here too.</Nothing> : <Places environment={environment} at={at} />}
    </div>
  );
}

function Places({ environment, at }: { readonly environment: string; readonly at: number }) {
  const list = useGrowing('readEnvironmentThen', (limit) => ({ params: { environment, time: String(at) } as never, query: { limit } }));
  return (
    <Shown seen={list} what={`${environment} as it was`}>
      {(places) => (places.length === 0 ? <Nothing>Nothing had been deployed in {environment} by {exact(at)}.</Nothing> : (
        <>
          <p class="hint">{environment} at {exact(at)}, as it was asked for.</p>
          <table class="matrix list">
            <caption class="sr">{environment} at {exact(at)}</caption>
            <thead><tr><th scope="col">Service</th><th scope="col">Stable</th><th scope="col">Traffic</th><th scope="col">Instances</th><th scope="col">Last changed</th><th scope="col">Why</th></tr></thead>
            <tbody>{places.map((place) => <Row key={place.service} place={place} />)}</tbody>
          </table>
          <More of={list} shown={places.length} />
        </>
      ))}
    </Shown>
  );
}

function Row({ place: { service, desired, changedAt, changedBy, why } }: { readonly place: Then }) {
  const revisions = Object.entries(desired.revisions);
  const versionOf = (revision: string): string => shortVersion(revisions.find(([name]) => name === revision)?.[1].spec.version ?? revision);
  const traffic = Object.entries(desired.weights).filter(([, weight]) => weight > 0);
  return (
    <tr>
      <th scope="row"><a data-row href={serviceAddress(service)}>{service}</a>{desired.paused === null ? null : <span class="hint">repair paused by {desired.paused.by}</span>}</th>
      <td data-label="stable" class="mono">{desired.stable === null ? <span class="none">–</span> : versionOf(desired.stable)}</td>
      <td data-label="traffic">{traffic.length === 0 ? <span class="none">none</span> : traffic.map(([revision, weight]) => `${weight} % ${versionOf(revision)}`).join(', ')}</td>
      <td data-label="instances">{revisions.map(([revision, { count }]) => (revisions.length === 1 ? String(count) : `${count} of ${versionOf(revision)}`)).join(', ')}</td>
      <td data-label="changed"><When at={changedAt} /> <span class="hint">by {changedBy}</span></td>
      <td data-label="why" class="wraps">{why}</td>
    </tr>
  );
}
