/** What the environments of an installation must keep between each other, and what a manifest must keep with them. */
import { instancesOf } from './duration.ts';
import { effective } from './effective.ts';
import type { Environment, Environments } from './environment.ts';
import { error, warning, type Finding } from './finding.ts';
import type { Manifest } from './manifest.ts';
import { urlProblem } from './notification/address-rules.ts';
import { isFromOutside } from './roles.ts';
import { checkMixed, checkReserved } from './variables.ts';

/** All findings about an installation's environments by themselves. Pure. */
export function checkEnvironments(installation: Environments): Finding[] {
  return [
    ...checkPeople(installation.people),
    ...checkRoles(installation),
    ...checkNotifications(installation),
    ...checkReserved(installation.defaults.configuration, ['defaults', 'configuration']),
    ...installation.environments.flatMap((environment, index) => [
      ...checkMinimum(environment, index),
      ...checkOrder(environment, index, installation.environments),
      ...checkReserved(environment.configuration, ['environments', index, 'configuration']),
    ]),
  ];
}

/** An approval counts for one person: a name or a Slack id that two of them share could count for the wrong one. */
function checkPeople(people: Environments['people']): Finding[] {
  return people.flatMap(({ name, slack, oidc }, index) => [
    ...(people.findIndex((other) => other.name === name) < index ? [error(['people', index, 'name'], `"${name}" is named twice. Keep one of the two.`)] : []),
    ...(slack !== undefined && people.findIndex((other) => other.slack === slack) < index ? [error(['people', index, 'slack'], 'is the Slack id of somebody else too. Each belongs to one person.')] : []),
    ...(oidc !== undefined && people.findIndex((other) => other.oidc === oidc) < index ? [error(['people', index, 'oidc'], 'is what somebody else is called there too. Each belongs to one person.')] : []),
    ...(isFromOutside(name) ? [error(['people', index, 'name'], 'begins like the name of somebody whom only an identity provider knows. Choose another one.')] : []),
  ]);
}

/** A role for a place or group that is not there gives nobody anything, which its writer did not mean. */
function checkRoles({ environments, groups, roles = [] }: Environments): Finding[] {
  const names = environments.map(({ name }) => name);
  const groupNames = groups.map(({ name }) => `group:${name}`);
  return [
    ...groups.flatMap(({ name }, index) => (groups.findIndex((other) => other.name === name) < index ? [error(['groups', index, 'name'], `"${name}" is named twice. Keep one of the two.`)] : [])),
    ...roles.flatMap((grant, index) => [
      ...(grant.environments ?? []).flatMap((name, at) => (names.includes(name) ? [] : [error(['roles', index, 'environments', at], `there is no environment "${name}".`, { allowed: names })])),
      ...grant.who.flatMap((name, at) => (!name.startsWith('group:') || groupNames.includes(name) ? [] : [error(['roles', index, 'who', at], `there is no "${name}" under groups.`, { allowed: groupNames })])),
    ]),
  ];
}

/** A rule that could never tell anybody, or whose address nothing is sent to. */
function checkNotifications({ environments, notifications: { rules, mail } }: Environments): Finding[] {
  const names = environments.map(({ name }) => name);
  return rules.flatMap((rule, index) => {
    const path = ['notifications', 'rules', index];
    return [
      ...(rules.findIndex((other) => other.name === rule.name) < index ? [error([...path, 'name'], `"${rule.name}" is named twice. Keep one of the two.`)] : []),
      ...(rule.environments ?? []).flatMap((name, at) => (names.includes(name) ? [] : [error([...path, 'environments', at], `there is no environment "${name}".`, { allowed: names })])),
      ...rule.to.flatMap((channel, at) => {
        const problem = 'url' in channel ? urlProblem(channel.url) : null;
        if (problem !== null) return [error([...path, 'to', at, 'url'], problem)];
        return channel.kind === 'email' && mail === undefined ? [error([...path, 'to', at, 'kind'], 'mail needs a server. Add for example: mail: { server: "smtp://mail.example.com:587", from: slipway@example.com } under notifications. On AWS use a topic of SNS: { kind: topic, topic: ARN }.')] : [];
      }),
    ];
  });
}

function checkMinimum({ instances, minimumHealthy, name }: Environment, index: number): Finding[] {
  const path = ['environments', index, 'minimumHealthy'];
  if (typeof minimumHealthy !== 'number' && minimumHealthy.percent > 100) return [error(path, 'is more than 100% of the instances: no deployment could ever keep it.')];
  if (typeof minimumHealthy === 'number' && typeof instances === 'number' && minimumHealthy > instances) {
    return [error(path, `${minimumHealthy} is more than the ${instances} instances of ${name}: no deployment could ever keep it.`)];
  }
  return [];
}

function checkOrder({ kind, wave, name }: Environment, index: number, all: readonly Environment[]): Finding[] {
  const path = ['environments', index, 'wave'];
  if (kind === 'production') {
    const tested = all.some((other) => other.kind === 'staging' && other.wave < wave);
    return tested ? [] : [warning(path, `no staging environment comes before ${name}: releases reach it untested. Give a staging environment a lower wave.`)];
  }
  const late = all.some((other) => other.kind === 'production' && other.wave <= wave);
  return late ? [warning(path, `${name} is for staging but does not come before every production environment: it does not protect them all.`)] : [];
}

/** All findings about a manifest in the environments of an installation; the paths are the manifest's. Pure. */
export function checkInEnvironments(manifest: Manifest, installation: Environments): Finding[] {
  const names = installation.environments.map((environment) => environment.name);
  return [
    ...unknownEnvironments(manifest, names),
    ...installation.environments.flatMap((environment) => [
      ...checkCapacity(manifest, environment, installation),
      ...checkApprovers(manifest, environment, installation),
      ...checkInherited(manifest, environment, installation),
    ]),
    ...checkGateStages(manifest, installation),
  ];
}

function unknownEnvironments(manifest: Manifest, names: readonly string[]): Finding[] {
  const unknown = (name: string) => !names.includes(name);
  const inEnvironments = Object.keys(manifest.environments).filter(unknown).map((name) => error(['environments', name], 'this installation has no such environment.', { at: 'key', allowed: names }));
  const inGates = manifest.gates.flatMap((gate, index) =>
    (gate.environments ?? []).flatMap((name, place) => (unknown(name) ? [error(['gates', index, 'environments', place], `this installation has no environment "${name}": the gate would never stand there.`, { allowed: names })] : [])),
  );
  return [...inEnvironments, ...inGates];
}

function checkCapacity(manifest: Manifest, environment: Environment, installation: Environments): Finding[] {
  const { instances } = effective(manifest, environment, installation);
  const minimum = instancesOf(environment.minimumHealthy, instances);
  // None at all is a decision (scaled to zero), not a mistake.
  if (instances === 0 || minimum <= instances) return [];
  const own = manifest.environments[environment.name]?.instances !== undefined;
  return [error(own ? ['environments', environment.name, 'instances'] : ['instances'], `${environment.name} keeps at least ${minimum} healthy instances, but this service has ${instances} there. Give it more, or lower minimumHealthy of ${environment.name}.`)];
}

/** Approvals are asked in production. */
function checkApprovers(manifest: Manifest, environment: Environment, installation: Environments): Finding[] {
  if (environment.kind !== 'production' || !manifest.approval.required) return [];
  const { approvers, count } = effective(manifest, environment, installation).approval;
  const distinct = new Set(approvers).size;
  if (distinct === 0) return [error(['approval'], `nobody may approve in ${environment.name}: neither the manifest, nor the environment, nor the installation's defaults name approvers. Add for example: approvers: [anna]`)];
  if (distinct < count && manifest.approval.approvers.length === 0) return [error(['approval', 'count'], `${count} must approve, but only ${distinct} may in ${environment.name}. Name more approvers, or ask for fewer.`)];
  return [];
}

/** A name that is a setting of the installation and a secret of the manifest. */
function checkInherited({ secrets, environments }: Manifest, environment: Environment, installation: Environments): Finding[] {
  const inherited = { ...installation.defaults.configuration, ...environment.configuration };
  const where = `a setting of the installation in ${environment.name}`;
  return [...checkMixed(secrets, ['secrets'], inherited, where), ...checkMixed(environments[environment.name]?.secrets ?? {}, ['environments', environment.name, 'secrets'], inherited, where)];
}

function checkGateStages(manifest: Manifest, installation: Environments): Finding[] {
  return manifest.gates.flatMap((gate, index) => {
    const places = installation.environments.filter((environment) => gate.environments?.includes(environment.name) ?? true);
    if (places.length === 0 || gate.stage === 'rollout') return [];
    const stands = places.some((environment) => (gate.stage === 'staging' ? environment.kind === 'staging' : environment.kind === 'production' && effective(manifest, environment, installation).strategy === 'canary'));
    return stands ? [] : [error(['gates', index, 'stage'], `none of ${places.map((place) => place.name).join(', ')} has the stage ${gate.stage}: the gate would never be asked.`)];
  });
}
