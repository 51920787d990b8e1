/** The harness for a target that is called from outside: a service of its own for each check, taken away afterwards. */
import type { InstanceId } from '../../domain/ids.ts';
import { RevisionSpec } from '../../domain/revision.ts';
import { ObserveResult } from '../target.ts';
import { placeOf } from './driver.ts';
import type { SuiteHarness } from './harness.ts';

export interface DirectHarnessParts extends Pick<SuiteHarness, 'send' | 'patienceMs' | 'wait' | 'elapsed'> {
  /** Laid over the specification that the suite makes by itself: settings, digest, start, ... */
  readonly spec: Readonly<Record<string, unknown>>;
  readonly kill: ((instance: string) => Promise<void>) | null;
  /** Makes the names of this run no others: lower case letters and digits, at most 12. */
  readonly run: string;
}

/** Newer than any that a check uses. */
const LAST_GENERATION = 1000;

/** @throws InvalidInput-like zod errors for a specification that does not fit */
export function directHarness(parts: DirectHarnessParts, number: number): SuiteHarness {
  const named = (service: 'first' | 'second', revision: number): RevisionSpec => {
    const name = `check-${parts.run}-${number}${service === 'second' ? 'b' : ''}`;
    const environment = typeof parts.spec['environment'] === 'string' ? parts.spec['environment'] : 'production';
    return RevisionSpec.parse({ ...DEFAULTS, ...parts.spec, service: name, environment, revision: `${name}-${revision}-${environment}`, release: `${name}@0123456789ab`, version: `${revision}` });
  };
  return {
    send: parts.send, patienceMs: parts.patienceMs, wait: parts.wait, elapsed: parts.elapsed, setGeneration: null,
    kill: parts.kill === null ? null : (instance: InstanceId) => (parts.kill as (instance: string) => Promise<void>)(instance),
    spec: ({ revision, service } = {}) => named(service ?? 'first', revision === 'second' ? 2 : 1),
    close: async () => {
      for (const spec of [named('first', 1), named('second', 1)]) await clear(parts.send, spec);
    },
  };
}

async function clear(send: SuiteHarness['send'], spec: RevisionSpec): Promise<void> {
  const look = async () => ObserveResult.parse(await send({ verb: 'observe', refs: [placeOf(spec)] })).services[0];
  const before = await look();
  if (before === undefined || (before.instances.length === 0 && Object.keys(before.weights).length === 0)) return;
  const fenced = { ...placeOf(spec), generation: LAST_GENERATION };
  await send({ verb: 'route', ...fenced, weights: {}, stickiness: spec.stickiness });
  for (const revision of new Set(before.instances.map((instance) => instance.revision))) await send({ verb: 'retire', ...fenced, revision });
}

const DEFAULTS = {
  digest: `sha256:${'0'.repeat(64)}`, start: ['true'], health: { path: '/', interval: 2, timeout: 2, failures: 3, startWithin: 60 }, configuration: {}, secrets: {},
  resources: { memory: 512 * 1024 ** 2, cpu: 1 }, zones: ['a', 'b'], stickiness: { by: 'request' }, stopSeconds: 1, drainSeconds: 0, access: null, settings: {},
};
