/** Every change of what is asked for: who, when, where, why, and from which commit. */
import { useGrowing } from '../api/growing.ts';
import { asked, At, Choice, Named, useNames } from '../parts/filters.tsx';
import { More } from '../parts/more.tsx';
import { Nothing, Shown } from '../parts/said.tsx';
import { When } from '../parts/when.tsx';
import { serviceAddress, type Address, type PageProps } from '../router.ts';
import { shortCommit } from '../text/numbers.ts';
import { exact } from '../text/time.ts';

const FILTERS = ['service', 'team', 'environment', 'by', 'since', 'until'] as const;

export const thenAddress = (environment: string, at: number): string => `/then?environment=${encodeURIComponent(environment)}&at=${at}`;

export function AuditPage({ address }: PageProps) {
  const filters = asked(address, ...FILTERS);
  const list = useGrowing('searchAudit', (limit) => ({ query: { ...filters, limit } as never }), ({ what }) => what === 'desired');
  return (
    <div class="page wide">
      <div class="title"><h1>Audit</h1><p class="hint">{filters.since === undefined ? 'The last 30 days' : `Since ${exact(Number(filters.since))}`}</p><a href="/then">An environment as it was</a></div>
      <Filters address={address} />
      <Shown seen={list} what="the audit">
        {(lines) => (lines.length === 0 ? <Nothing>Nothing was changed by that. Change the filters, or look at an earlier time.</Nothing> : (
          <>
            <table class="matrix list">
              <caption class="sr">Changes of what is asked for, newest first</caption>
              <thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">Where</th><th scope="col">Why</th><th scope="col">Commit</th><th scope="col"><span class="sr">Then</span></th></tr></thead>
              <tbody>{lines.map((line) => (
                <tr key={`${line.service} ${line.environment} ${line.generation}`}>
                  <td data-label="when"><When at={line.at} /></td>
                  <td data-label="who">{line.by}</td>
                  <th scope="row"><a data-row href={serviceAddress(line.service)}>{line.service}</a><span class="hint">{line.environment}, generation {line.generation}</span></th>
                  <td data-label="why" class="wraps">{line.why}</td>
                  <td data-label="commit" class="mono">{line.commit === null ? <span class="none">–</span> : shortCommit(line.commit)}</td>
                  <td><a href={thenAddress(line.environment, line.at)} aria-label={`${line.environment} as it was at ${exact(line.at)}`}>as it was</a></td>
                </tr>
              ))}</tbody>
            </table>
            <More of={list} shown={lines.length} />
          </>
        ))}
      </Shown>
    </div>
  );
}

function Filters({ address }: { readonly address: Address }) {
  const { services, teams, environments } = useNames();
  return (
    <form class="filters" role="search" aria-label="Changes" onSubmit={(event) => event.preventDefault()}>
      <Named address={address} name="service" label="Service" placeholder="all" known={services} />
      <Choice address={address} name="team" label="Team" any="All teams" options={teams.map((team) => [team, team] as const)} />
      <Choice address={address} name="environment" label="Environment" any="All" options={environments.map((name) => [name, name] as const)} />
      <Named address={address} name="by" label="By" placeholder="anybody" />
      <At address={address} name="since" label="From" />
      <At address={address} name="until" label="To" />
    </form>
  );
}
