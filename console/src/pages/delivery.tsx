/** How well a team delivers: the four measures of DORA, with what each is made of. */
import type { ComponentChildren } from 'preact';
import type { AnswerOf } from '../api/operations.ts';
import { useAnswer } from '../api/query.ts';
import { Bars, type Bar } from '../parts/bars.tsx';
import { Choice } from '../parts/filters.tsx';
import { Nothing, Shown } from '../parts/said.tsx';
import type { PageProps } from '../router.ts';
import { counted, percent } from '../text/numbers.ts';
import { duration, exact } from '../text/time.ts';

type Delivery = AnswerOf<'readDelivery'>;

const DAYS = [['7', '7 days'], ['90', '90 days'], ['365', 'A year']] as const;
const STANDARD_DAYS = 30;

export function DeliveryPage({ address }: PageProps) {
  const teams = useAnswer('listTeams', {}, ({ what }) => what === 'service');
  return (
    <div class="page">
      <div class="title"><h1>Delivery</h1><p class="hint">In production, by the <a href="https://dora.dev/guides/dora-metrics-four-keys/" rel="noreferrer" target="_blank">four measures of DORA</a></p></div>
      <Shown seen={teams} what="teams">
        {(all) => {
          const team = address.query.get('team') ?? all[0]?.team;
          return team === undefined ? <Nothing>No team has a service yet.</Nothing> : (
            <>
              <form class="filters" aria-label="Team and time" onSubmit={(event) => event.preventDefault()}>
                <Choice address={address} name="team" label="Team" any={all[0]?.team ?? ''} options={all.slice(1).map((one) => [one.team, one.team] as const)} />
                <Choice address={address} name="days" label="The last" any={`${STANDARD_DAYS} days`} options={DAYS} />
              </form>
              <Team team={team} days={Number(address.query.get('days') ?? STANDARD_DAYS)} />
            </>
          );
        }}
      </Shown>
    </div>
  );
}

function Team({ team, days }: { readonly team: string; readonly days: number }) {
  const seen = useAnswer('readDelivery', { params: { team }, query: { days } });
  return <Shown seen={seen} what={`the figures of ${team}`}>{(found) => <Figures found={found} days={days} />}</Shown>;
}

const seconds = (value: number | null): string => (value === null ? 'no data' : duration(value * 1000));

function Figures({ found, days }: { readonly found: Delivery; readonly days: number }) {
  const { deploymentFrequency: frequency, leadTime, changeFailureRate: failures, timeToRestore: restore, periods } = found;
  const bars = (text: (period: Delivery['periods'][number]) => string, value: (period: Delivery['periods'][number]) => number | null): Bar[] => periods.map((period) => ({ label: exact(period.since).slice(0, 16), value: value(period), text: text(period) }));
  return (
    <>
      {found.truncated ? <p class="notice tone-warn">There were more pipelines than are looked at; the figures are of the newest. Ask for fewer days.</p> : null}
      <div class="measures">
        <Measure name="Deployment frequency" figure={frequency.deployments === 0 ? 'none' : `${frequency.perDay >= 1 ? frequency.perDay.toFixed(1) : frequency.perDay.toPrecision(2)} a day`} basis={`${counted(frequency.deployments, 'deployment')} in ${counted(days, 'day')}`} means="Changes that reached all of production's traffic, for each day.">
          <Bars title="Deployments over time" bars={bars(({ deployments }) => counted(deployments, 'deployment'), ({ deployments }) => deployments)} />
        </Measure>
        <Measure name="Lead time" figure={seconds(leadTime.medianSeconds)} basis={leadTime.changes === 0 ? 'no change had a commit' : `median of ${counted(leadTime.changes, 'change')}; 9 in 10 within ${seconds(leadTime.p90Seconds)}`} means="From the push of a commit to the end of its deployment in production.">
          <Bars title="Median lead time over time" bars={bars(({ leadTimeMedianSeconds }) => seconds(leadTimeMedianSeconds), ({ leadTimeMedianSeconds }) => leadTimeMedianSeconds)} />
        </Measure>
        <Measure name="Change failure rate" figure={failures.rate === null ? 'no data' : percent(failures.rate)} basis={`${failures.failed} of ${counted(failures.changes, 'change')}`} means="Changes that were taken back, by the judge or by a person afterwards, of all that came to production.">
          <Bars title="Failed changes over time" bars={bars(({ failed }) => `${failed} failed`, ({ failed }) => failed)} />
        </Measure>
        <Measure name="Time to restore" figure={seconds(restore.medianSeconds)} basis={restore.failures === 0 ? 'nothing had to be restored' : `median of ${counted(restore.failures, 'failure')}; 9 in 10 within ${seconds(restore.p90Seconds)}`} means="From the start of a change that was taken back by itself, or from when a rollback was asked for, until the release before served again." />
      </div>
      <p class="hint">Services of {found.team}: {found.services.join(', ')}. From {exact(found.since)} to {exact(found.until)}.</p>
    </>
  );
}

const Measure = ({ name, figure, basis, means, children }: { readonly name: string; readonly figure: string; readonly basis: string; readonly means: string; readonly children?: ComponentChildren }) => (
  <section class="panel measure" aria-label={name}>
    <h2>{name}</h2>
    <p class="figure">{figure}</p>
    <p class="hint">{basis}</p>
    {children}
    <p class="means">{means}</p>
  </section>
);
