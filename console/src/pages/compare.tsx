/** Two releases of a service side by side: the commits between them, and what of configuration, flags and manifest differs. */
import type { AnswerOf } from '../api/operations.ts';
import { useAnswer } from '../api/query.ts';
import { Nothing, Shown } from '../parts/said.tsx';
import { When } from '../parts/when.tsx';
import { goTo, pipelineAddress, serviceAddress, withQuery, type Address, type PageProps } from '../router.ts';
import { counted, shortCommit, shortDigest, shortVersion } from '../text/numbers.ts';

type Release = AnswerOf<'listReleases'>[number];
type Comparison = AnswerOf<'compareReleases'>;
type Difference = Comparison['differences'][number];

const KINDS = { artifact: 'Artifact', configuration: 'Configuration', secrets: 'Secrets (references)', flags: 'Flags', manifest: 'The rest of the manifest' } as const satisfies Record<Difference['in'], string>;

export function ComparePage({ names: { service = '' }, address }: PageProps) {
  const releases = useAnswer('listReleases', { params: { service }, query: { limit: 200 } }, (change) => change.service === service && change.what === 'pipeline');
  return (
    <div class="page">
      <div class="title"><h1>Compare releases</h1><p><a href={serviceAddress(service)}>{service}</a></p></div>
      <Shown seen={releases} what="releases">
        {(all) => (all.length < 2 ? <Nothing>{service} has {counted(all.length, 'release')}: there is nothing to compare yet.</Nothing> : <Chosen service={service} releases={all} address={address} />)}
      </Shown>
    </div>
  );
}

/** Without a choice: what is newest, against the one before it. */
function Chosen({ service, releases, address }: { readonly service: string; readonly releases: readonly Release[]; readonly address: Address }) {
  const from = address.query.get('from') ?? releases[1]?.id ?? '';
  const to = address.query.get('to') ?? releases[0]?.id ?? '';
  const comparison = useAnswer('compareReleases', { params: { service }, query: { from, to } });
  const pick = (name: 'from' | 'to', label: string, chosen: string) => (
    <label>{label}
      <select value={chosen} onChange={(event) => goTo(withQuery(address, { [name]: event.currentTarget.value }), 'replace')}>
        {releases.some(({ id }) => id === chosen) ? null : <option value={chosen}>{chosen}</option>}
        {releases.map((release) => <option key={release.id} value={release.id} selected={release.id === chosen}>{nameOf(release)}</option>)}
      </select>
    </label>
  );
  return (
    <>
      <form class="filters" aria-label="Releases to compare" onSubmit={(event) => event.preventDefault()}>
        {pick('from', 'From', from)}{pick('to', 'To', to)}
        <button type="button" onClick={() => goTo(withQuery(address, { from: to, to: from }), 'replace')}>Swap</button>
      </form>
      <Shown seen={comparison} what="the comparison">{(found) => <Differences found={found} />}</Shown>
    </>
  );
}

const nameOf = ({ version, stableIn, createdAt }: Release): string => `${shortVersion(version)} · ${new Date(createdAt).toISOString().slice(0, 10)}${stableIn.length === 0 ? '' : ` · stable in ${stableIn.join(', ')}`}`;

function Differences({ found: { from, to, differences, commits } }: { readonly found: Comparison }) {
  return (
    <>
      <p class="figures" aria-live="polite"><span>{differences.length === 0 ? 'They run the same: nothing differs.' : counted(differences.length, 'difference')}</span><span>{counted(commits.length, 'commit')} between</span><span class="mono">{shortDigest(from.digest)}{from.digest === to.digest ? ' in both' : ` → ${shortDigest(to.digest)}`}</span></p>
      {commits.length === 0 ? null : (
        <section class="panel flush" aria-labelledby="commits">
          <header><h2 id="commits">Commits</h2></header>
          <table><thead><tr><th scope="col">Commit</th><th scope="col">Subject</th><th scope="col">Author</th><th scope="col">Pipeline</th><th scope="col">When</th></tr></thead>
            <tbody>{commits.map((commit) => <tr key={commit.pipeline}><td class="mono">{shortCommit(commit.commit)}</td><td class="subject">{commit.subject ?? <span class="none">its message was not read</span>}</td><td>{commit.author ?? '–'}</td><td><a data-row href={pipelineAddress(commit.pipeline)}>{commit.pipeline}</a></td><td><When at={commit.at} /></td></tr>)}</tbody></table>
        </section>
      )}
      {(Object.keys(KINDS) as Difference['in'][]).map((kind) => <Kind key={kind} kind={kind} differences={differences.filter((difference) => difference.in === kind)} />)}
    </>
  );
}

function Kind({ kind, differences }: { readonly kind: Difference['in']; readonly differences: readonly Difference[] }) {
  if (differences.length === 0) return null;
  return (
    <section class="panel flush" aria-labelledby={`differs-${kind}`}>
      <header><h2 id={`differs-${kind}`}>{KINDS[kind]}</h2></header>
      <table class="differences"><thead><tr><th scope="col">Field</th><th scope="col">Before</th><th scope="col">After</th></tr></thead>
        <tbody>{differences.map(({ path, before, after }) => <tr key={path.join('.')}><th scope="row" class="mono">{path.join('.')}</th><td><Side value={before} is="removed" /></td><td><Side value={after} is="added" /></td></tr>)}</tbody></table>
    </section>
  );
}

/** A side that is absent has nothing there. */
const Side = ({ value, is }: { readonly value: unknown; readonly is: 'removed' | 'added' }) => (value === undefined ? <span class="none">not there</span> : <code class={is}>{typeof value === 'string' ? value : JSON.stringify(value)}</code>);
