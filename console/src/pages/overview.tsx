/** Services by environments: what is stable where, how it is, what moves and what waits. */
import { memo } from 'preact/compat';
import { useEffect, useState } from 'preact/hooks';
import { useAnswer } from '../api/query.ts';
import { Icon, Status } from '../parts/icon.tsx';
import { Loading, Nothing, Refused } from '../parts/said.tsx';
import { goTo, pipelineAddress, serviceAddress, withQuery, type Address, type PageProps } from '../router.ts';
import { counted, shortVersion } from '../text/numbers.ts';
import { glance, isIn, SORTS, STATE_WORDS, STATES, wanted, type Place, type Row, type Sort, type Wanted } from '../text/places.ts';
import { useOverviewRows } from './overview-rows.ts';

const SHOWN_ROWS = 60;
const SORT_WORDS = { attention: 'What wants attention', name: 'Name', team: 'Team', changed: 'Newest change' } as const satisfies Record<Sort, string>;

const one = <T extends string>(all: readonly T[], given: string | null, standard: T): T => all.find((value) => value === given) ?? standard;

function wantedBy({ query }: Address): Wanted {
  return { text: (query.get('find') ?? '').toLowerCase(), team: query.get('team') ?? '', state: one(STATES, query.get('state'), 'any'), sort: one(SORTS, query.get('sort'), 'attention') };
}

export function OverviewPage({ address }: PageProps) {
  const { rows, isWhole, error } = useOverviewRows();
  const environments = useAnswer('readEnvironments', {});
  const names = environments.value?.environments.map(({ name }): string => name) ?? [...new Set(rows.flatMap(({ places }) => places.map(({ environment }): string => environment)))];
  const asked = wantedBy(address);
  const found = wanted(rows, asked);
  return (
    <div class="page wide">
      <div class="title"><h1>Services</h1>{isWhole ? <Figures rows={rows} address={address} /> : null}</div>
      <Filters rows={rows} asked={asked} address={address} />
      {error === undefined ? null : <Refused error={error} />}
      {rows.length === 0 && error === undefined ? (isWhole ? <NoServices /> : <Loading what="services" />) : <Matrix rows={found} environments={names} isFiltered={found.length < rows.length} />}
    </div>
  );
}

const NoServices = () => <Nothing>There is no service yet. Register a repository (<code>slipway service add URL</code>) and push to it, or register an artifact.</Nothing>;

/** How many of each state; each is a filter. */
function Figures({ rows, address }: { readonly rows: readonly Row[]; readonly address: Address }) {
  const tones = { waiting: 'wait', running: 'busy', unwell: 'warn', drift: 'warn', paused: 'idle' } as const;
  return (
    <p class="figures" aria-live="polite">
      <span>{counted(rows.length, 'service')}</span>
      {(['waiting', 'running', 'unwell', 'drift', 'paused'] as const).map((state) => {
        const count = rows.filter((row) => isIn(row, state)).length;
        return count === 0 ? null : <a key={state} href={withQuery(address, { state })}><Status tone={tones[state]}>{count} {STATE_WORDS[state].toLowerCase()}</Status></a>;
      })}
    </p>
  );
}

function Filters({ rows, asked, address }: { readonly rows: readonly Row[]; readonly asked: Wanted; readonly address: Address }) {
  const set = (name: string) => (event: Event) => goTo(withQuery(address, { [name]: (event.currentTarget as HTMLInputElement).value }), 'replace');
  const teams = [...new Set(rows.map(({ team }) => team))].sort();
  return (
    <form class="filters" role="search" aria-label="Services" onSubmit={(event) => event.preventDefault()}>
      <label>Find<input type="search" value={asked.text} onInput={set('find')} placeholder="name or team" /></label>
      <label>Team<select value={asked.team} onChange={set('team')}><option value="">All teams</option>{teams.map((team) => <option key={team} value={team}>{team}</option>)}</select></label>
      <label>State<select value={asked.state === 'any' ? '' : asked.state} onChange={set('state')}>{STATES.map((state) => <option key={state} value={state === 'any' ? '' : state}>{STATE_WORDS[state]}</option>)}</select></label>
      <label>Order<select value={asked.sort} onChange={set('sort')}>{SORTS.map((sort) => <option key={sort} value={sort}>{SORT_WORDS[sort]}</option>)}</select></label>
    </form>
  );
}

/** So many rows at a time: a list of thousands is narrowed by the filters, not by scrolling. */
function Matrix({ rows, environments, isFiltered }: { readonly rows: readonly Row[]; readonly environments: readonly string[]; readonly isFiltered: boolean }) {
  const [shown, show] = useState(SHOWN_ROWS);
  useEffect(() => { show(SHOWN_ROWS); }, [isFiltered]);
  if (rows.length === 0) return <Nothing>No service is like that. Change the filters.</Nothing>;
  return (
    <>
      <div class="scrolls">
        <table class="matrix">
          <caption class="sr">Services by environment</caption>
          <thead><tr><th scope="col">Service</th>{environments.map((name) => <th key={name} scope="col">{name}</th>)}<th scope="col">Now</th></tr></thead>
          <tbody>{rows.slice(0, shown).map((row) => <ServiceRow key={row.service} row={row} environments={environments} />)}</tbody>
        </table>
      </div>
      {rows.length > shown ? <p class="more"><button type="button" onClick={() => show(shown + SHOWN_ROWS * 4)}>Show more</button> <span class="hint">{shown} of {rows.length}</span></p> : null}
    </>
  );
}

const ServiceRow = memo(({ row, environments }: { readonly row: Row; readonly environments: readonly string[] }) => (
  <tr>
    <th scope="row"><a data-row href={serviceAddress(row.service)}>{row.service}</a><span class="hint">{row.team}</span></th>
    {environments.map((name) => <td key={name} data-label={name}><Cell place={row.places.find(({ environment }) => environment === name)} /></td>)}
    <td data-label="now" class="now"><Now row={row} /></td>
  </tr>
));

function Cell({ place }: { readonly place: Place | undefined }) {
  if (place === undefined) return <span class="none" title="Never deployed here">–</span>;
  const { tone, word, sentence } = glance(place);
  const candidate = place.others.find(({ weight }) => weight > 0) ?? (place.deployment === null ? undefined : place.others[0]);
  return (
    <div class="cell" title={sentence}>
      <Icon tone={tone} />
      <span class="version">{place.stable === null ? '–' : shortVersion(place.stable.version)}</span>
      {candidate === undefined ? null : <span class="candidate">→ {shortVersion(candidate.version)} <b>{candidate.weight} %</b></span>}
      <span class="word">{word}{place.paused ? ' · paused' : ''}</span>
    </div>
  );
}

function Now({ row: { running, waiting } }: { readonly row: Row }) {
  const [first] = waiting;
  const [pipeline] = running;
  if (first !== undefined) return <a href={pipelineAddress(first.pipeline)}><Status tone="wait">Decide: {first.environment} {shortVersion(first.version)}</Status></a>;
  if (pipeline !== undefined) return <a href={pipelineAddress(pipeline.pipeline)}><Status tone="busy">{pipeline.stage} {shortVersion(pipeline.version)}</Status></a>;
  return <span class="none" aria-hidden="true">–</span>;
}
