/** All pipelines, newest first: which release went where, and how it ended. */
import { useGrowing } from '../api/growing.ts';
import type { AnswerOf } from '../api/operations.ts';
import { asked, At, Choice, Named, useNames } from '../parts/filters.tsx';
import { Status } from '../parts/icon.tsx';
import { More } from '../parts/more.tsx';
import { Nothing, Shown } from '../parts/said.tsx';
import { Took, When } from '../parts/when.tsx';
import { pipelineAddress, serviceAddress, type Address, type PageProps } from '../router.ts';
import { shortCommit, shortVersion } from '../text/numbers.ts';
import { CAUSE_WORDS, OUTCOME_WORDS, outcomeOf } from '../text/outcomes.ts';

type Line = AnswerOf<'searchPipelines'>[number];

const FILTERS = ['service', 'team', 'environment', 'outcome', 'cause', 'since', 'until'] as const;

export function HistoryPage({ address }: PageProps) {
  const filters = asked(address, ...FILTERS);
  // The server refuses what is none of its words, and says which there are.
  const list = useGrowing('searchPipelines', (limit) => ({ query: { ...filters, limit } as never }), ({ what }) => what === 'pipeline');
  return (
    <div class="page wide">
      <div class="title"><h1>History</h1><p class="hint">{filters.since === undefined && filters.service === undefined ? 'The last 30 days' : 'What the filters ask for'}</p></div>
      <Filters address={address} />
      <Shown seen={list} what="the history">
        {(lines) => (lines.length === 0 ? <Nothing>No pipeline is like that. Change the filters, or look at an earlier time.</Nothing> : <><Lines lines={lines} /><More of={list} shown={lines.length} /></>)}
      </Shown>
    </div>
  );
}

function Filters({ address }: { readonly address: Address }) {
  const { services, teams, environments } = useNames();
  return (
    <form class="filters" role="search" aria-label="Pipelines" onSubmit={(event) => event.preventDefault()}>
      <Named address={address} name="service" label="Service" placeholder="all" known={services} />
      <Choice address={address} name="team" label="Team" any="All teams" options={teams.map((team) => [team, team] as const)} />
      <Choice address={address} name="environment" label="Environment" any="All" options={environments.map((name) => [name, name] as const)} />
      <Choice address={address} name="outcome" label="Outcome" any="Any" options={Object.entries(OUTCOME_WORDS)} />
      <Choice address={address} name="cause" label="Cause" any="Any" options={Object.entries(CAUSE_WORDS)} />
      <At address={address} name="since" label="From" />
      <At address={address} name="until" label="To" />
    </form>
  );
}

const Lines = ({ lines }: { readonly lines: readonly Line[] }) => (
  <table class="matrix list">
    <caption class="sr">Pipelines, newest first</caption>
    <thead><tr><th scope="col">Pipeline</th><th scope="col">Outcome</th><th scope="col">Release</th><th scope="col">Where</th><th scope="col">Cause</th><th scope="col">Began</th><th scope="col">Took</th></tr></thead>
    <tbody>{lines.map((line) => <Row key={line.id} line={line} />)}</tbody>
  </table>
);

function Row({ line }: { readonly line: Line }) {
  const { tone, word, reason } = outcomeOf(line.status);
  return (
    <tr>
      <th scope="row"><a data-row href={pipelineAddress(line.id)}>{line.id}</a><span class="hint"><a href={serviceAddress(line.service)}>{line.team}</a></span></th>
      <td data-label="outcome"><span class="outcome"><Status tone={tone}>{word}{line.status.kind === 'running' ? `: ${line.stage}` : ''}</Status>{reason === null ? null : <span class="hint reason" title={reason}>{reason}</span>}</span></td>
      <td data-label="release"><span class="mono">{shortVersion(line.version)}</span>{line.commit === null || line.version.startsWith(line.commit.slice(0, 7)) ? null : <span class="hint mono"> {shortCommit(line.commit)}</span>}</td>
      <td data-label="where">{line.waves.flat().join(', ')}</td>
      <td data-label="cause">{CAUSE_WORDS[line.cause]} <span class="hint">by {line.startedBy}</span></td>
      <td data-label="began"><When at={line.startedAt} /></td>
      <td data-label="took" class="number"><Took since={line.startedAt} until={line.status.kind === 'running' ? null : line.status.at} /></td>
    </tr>
  );
}
