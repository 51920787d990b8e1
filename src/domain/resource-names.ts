/**
 * Which places the name of a resource may mean. Names are not reversible (a service may be called `a-1-b`), so each way to read
 * one is a candidate; whether a place of that name exists, the store says.
 */
import { EnvironmentName, ServiceName } from './ids.ts';

export interface Place {
  readonly service: ServiceName;
  readonly environment: EnvironmentName;
}

/** A name of 64 characters could be read in hundreds of ways; one with so many hyphens is nobody's. */
const CANDIDATES_MAX = 60;

function place(service: string, environment: string): Place[] {
  const known = { service: ServiceName.safeParse(service), environment: EnvironmentName.safeParse(environment) };
  return known.service.success && known.environment.success ? [{ service: known.service.data, environment: known.environment.data }] : [];
}

/** `slipway-<service>-<number>-<environment>`: services and task families of ECS, Auto Scaling groups, launch templates. */
export function placesOfResource(name: string): Place[] {
  if (!name.startsWith('slipway-')) return [];
  const revision = name.slice('slipway-'.length);
  return [...revision.matchAll(/-[1-9][0-9]{0,6}(?=-)/g)].flatMap((found) => place(revision.slice(0, found.index), revision.slice(found.index + found[0].length + 1))).slice(0, CANDIDATES_MAX);
}

/** `<service>-<environment>-<key>`: functions of the `lambda` target, by name, name and qualifier, or ARN. */
export function placesOfFunction(named: string): Place[] {
  const name = /(?:^|:function:)([A-Za-z0-9-_]+)(?::[A-Za-z0-9$_-]+)?$/.exec(named)?.[1] ?? '';
  const parts = name.split('-');
  const found: Place[] = [];
  for (let end = 1; end < parts.length - 1; end += 1) {
    for (let next = end + 1; next < parts.length; next += 1) found.push(...place(parts.slice(0, end).join('-'), parts.slice(end, next).join('-')));
  }
  return found.length > CANDIDATES_MAX ? [] : found;
}

/** `slipway/<service>/<environment>/...`: alarms that people make for a service and want a look to follow. */
export function placesOfAlarm(name: string): Place[] {
  const [prefix, service, environment] = name.split('/');
  return prefix === 'slipway' && service !== undefined && environment !== undefined ? place(service, environment) : [];
}
