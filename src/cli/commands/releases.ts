/** `slipway releases`, `slipway compare`, `slipway config`: what moves through the environments. */
import * as z from 'zod';
import { Comparison, ConfigurationInForce, ReleaseSummary } from '../../contracts/api/releases.ts';
import { shown } from '../answers/text.ts';
import { environmentOption, limitOption, serviceName } from '../arguments.ts';
import { example, runs, type Host, type Session } from '../session.ts';
import { cells, cut, table } from '../text/cells.ts';
import { ago, clockTime, count } from '../text/time.ts';
import { placePath } from './place-path.ts';

const GROUP = 'Releases:';
const at = (service: string | undefined): string => `/v1/services/${encodeURIComponent(service ?? '')}`;

export function addReleases(host: Host): void {
  const command = host.program.command('releases').summary('the releases of a service').helpGroup(GROUP).description('Lists the releases of a service, newest first, and where each is the stable one.').argument('<service>', 'the service', serviceName).addOption(limitOption());
  example(command, 'slipway releases catalog');
  runs<{ limit: number }>(host, command, async (session, { limit }, service) => {
    const { value, raw } = await (await session.connect()).get(`${at(service)}/releases?limit=${limit}`, shown(z.array(ReleaseSummary)));
    session.answer(raw, () => (value.length === 0 ? [`No release of ${service} yet.`] : table([
      ['RELEASE', 'VERSION', 'COMMIT', 'AUTHOR', 'MADE', 'STABLE IN'].map((title) => session.style('quiet', title)),
      ...value.map((release) => [release.id, release.version, release.commit?.slice(0, 12) ?? '-', release.author ?? '-', ago(release.createdAt, session.needs.now()), session.style('good', release.stableIn.join(', ') || '-')]),
    ])));
  });
}

export function addCompare(host: Host): void {
  const command = host.program.command('compare').summary('what differs between two releases').helpGroup(GROUP)
    .description('Shows what a deployment of the second release would change: artifact, configuration, secrets (their names), flags, manifest, and the commits between with their authors and subjects.')
    .argument('<service>', 'the service', serviceName).argument('<from>', 'a version, the beginning of a commit, or a release\'s id').argument('<to>', 'likewise');
  example(command, 'slipway compare catalog 1.3.0 1.4.0');
  runs(host, command, async (session, _options, service, from, to) => {
    const query = new URLSearchParams({ from: from ?? '', to: to ?? '' });
    const { value, raw } = await (await session.connect()).get(`${at(service)}/comparison?${query.toString()}`, shown(Comparison));
    session.answer(raw, () => comparisonLines(session, value));
  });
}

/** Of a commit's subject; --json has all of it. */
const SUBJECT_CELLS = 80;

function comparisonLines({ style }: Session, { from, to, differences, commits }: z.output<typeof Comparison>): string[] {
  const text = (value: unknown): string => (value === undefined ? 'not there' : typeof value === 'string' ? value : JSON.stringify(value));
  return [
    `${style('strong', from.id)} (${from.version}) to ${style('strong', to.id)} (${to.version})`,
    ...(differences.length === 0 ? ['Nothing differs.'] : differenceLines(differences.map((difference) => ({ where: [difference.in, difference.path.join('.')], before: text(difference.before), after: text(difference.after) })), style)),
    ...(commits.length === 0 ? [] : ['', count(commits.length, 'commit')]),
    ...table(commits.map(({ commit, subject, author, version, pipeline, at: when }) => [commit.slice(0, 12), version, author ?? '-', pipeline, clockTime(when), subject === null ? style('quiet', 'its message was not read') : cut(subject, SUBJECT_CELLS)])),
  ];
}

/** A row stays readable up to this; with more than it anywhere, each value gets a line of its own. */
const CELLS_MAX = 40;

function differenceLines(differences: readonly { where: readonly [string, string]; before: string; after: string }[], style: Session['style']): string[] {
  const isShort = differences.every(({ before, after }) => cells(before) <= CELLS_MAX && cells(after) <= CELLS_MAX);
  if (isShort) return table(differences.map(({ where, before, after }) => [...where, style('bad', before), style('good', after)]));
  return differences.flatMap(({ where, before, after }) => [where.join('  '), style('bad', `  - ${before}`), style('good', `  + ${after}`)]);
}

export function addConfig(host: Host): void {
  const command = host.program.command('config').summary('the configuration in force').helpGroup('What runs:')
    .description('Shows the configuration that a service runs with in an environment. Of secrets only their names in the secret store.').argument('<service>', 'the service', serviceName).addOption(environmentOption(true));
  example(command, 'slipway config catalog --environment production');
  runs<{ environment: string }>(host, command, async (session, { environment }, service) => {
    const { value, raw } = await (await session.connect()).get(`${placePath(service, environment)}/configuration`, shown(ConfigurationInForce));
    session.answer(raw, () => [
      `${session.style('strong', value.revision)} (${value.version}), ${count(value.instances, 'instance')} in ${value.zones.join(', ')}, each with ${Math.round(value.resources.memory / 2 ** 20)} MiB and ${value.resources.cpu} ${value.resources.cpu === 1 ? 'core' : 'cores'}`,
      ...table([...Object.entries(value.configuration), ...Object.entries(value.secrets).map(([name, secret]) => [name, session.style('quiet', `secret ${secret.from}`)]), ...Object.entries(value.flags).map(([name, flag]) => [`flag ${name}`, String(flag)])].map((cells) => ['  ', ...cells])),
    ]);
  });
}
