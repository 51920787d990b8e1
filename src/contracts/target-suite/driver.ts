/** Calls of a harness's target that state only what matters to a check; every answer has to fit its schema. */
import { strict as assert } from 'node:assert';
import type * as z from 'zod';
import type { InstanceId } from '../../domain/ids.ts';
import type { RevisionSpec } from '../../domain/revision.ts';
import type { Weights } from '../../domain/route.ts';
import type { Observed, ObservedInstance } from '../../domain/state.ts';
import { DescribeResult, LaunchResult, ObserveResult, type Place, RelaunchResult, RetireResult, RouteResult } from '../target.ts';
import type { SuiteHarness, Traits } from './harness.ts';

export interface At {
  readonly generation?: number;
  readonly zonesLost?: readonly string[];
}

export const placeOf = ({ service, environment, access, settings }: RevisionSpec): Place => ({ service, environment, access, settings });
export const all = (spec: RevisionSpec): Weights => ({ [spec.revision]: 100 });
export const idsOf = (instances: readonly ObservedInstance[]): InstanceId[] => instances.map(({ instance }) => instance).sort();
/** Takes one of the revision's places. */
export const present = ({ health }: ObservedInstance): boolean => health !== 'stopped' && health !== 'draining';
export const isHealthy = ({ health }: ObservedInstance): boolean => health === 'healthy';
export const of = (seen: Observed, spec: RevisionSpec): ObservedInstance[] => seen.instances.filter(({ revision }) => revision === spec.revision);

const LOOK_MS = 20;
const LOOK_MS_MAX = 2000;

/** @param traits what of it the checks rely on */
export function driver(harness: SuiteHarness, traits: Traits) {
  const ask = async <S extends z.ZodType>(schema: S, request: { readonly verb: string } & Record<string, unknown>): Promise<z.output<S>> => {
    const answer = schema.safeParse(await harness.send(request));
    if (answer.success) return answer.data;
    throw new assert.AssertionError({ message: `${request.verb} answered something else than its result: ${answer.error.issues.map((issue) => `${issue.path.join('.') || '(answer)'}: ${issue.message}`).join('; ')}` });
  };
  const observeAll = async (specs: readonly RevisionSpec[]): Promise<readonly Observed[]> => (await ask(ObserveResult, { verb: 'observe', refs: specs.map(placeOf) })).services;
  const observe = async (spec: RevisionSpec): Promise<Observed> => {
    const [seen] = await observeAll([spec]);
    assert.ok(seen !== undefined, 'observe left out the service that it was asked for');
    return seen;
  };
  const until = async (what: string, spec: RevisionSpec, holds: (seen: Observed) => boolean): Promise<Observed> => {
    const deadline = harness.elapsed() + harness.patienceMs;
    for (let wait = LOOK_MS; ; wait = Math.min(LOOK_MS_MAX, wait * 1.5)) {
      const seen = await observe(spec);
      if (holds(seen)) return seen;
      if (harness.elapsed() > deadline) throw new assert.AssertionError({ message: `not within ${harness.patienceMs} ms: ${what}; last seen ${JSON.stringify(seen)}` });
      await harness.wait(wait);
    }
  };
  const from = (spec: RevisionSpec, { generation = 1 }: At = {}) => ({ ...placeOf(spec), generation });
  return {
    harness,
    traits,
    /** As many as a check would like, or as there can be. */
    many: (count: number): number => Math.min(count, traits.instancesMaximum ?? count),
    observe,
    observeAll,
    until,
    describe: () => ask(DescribeResult, { verb: 'describe' }),
    launch: (spec: RevisionSpec, count: number, at: At = {}) => ask(LaunchResult, { verb: 'launch', ...from(spec, at), spec, count, zonesLost: at.zonesLost ?? [] }),
    route: (spec: RevisionSpec, weights: Weights, at: At = {}) => ask(RouteResult, { verb: 'route', ...from(spec, at), weights, stickiness: spec.stickiness }),
    relaunch: (spec: RevisionSpec, instances: readonly InstanceId[], at: At = {}) =>
      ask(RelaunchResult, { verb: 'relaunch', ...from(spec, at), instances, specs: { [spec.revision]: spec }, zonesLost: at.zonesLost ?? [] }),
    retire: (spec: RevisionSpec, at: At = {}) => ask(RetireResult, { verb: 'retire', ...from(spec, at), revision: spec.revision }),
    healthy: (spec: RevisionSpec, count: number) =>
      until(`${count} healthy instances of ${spec.revision} and no others`, spec, (seen) => of(seen, spec).length === count && of(seen, spec).every(isHealthy)),
    gone: (spec: RevisionSpec) => until(`no instance of ${spec.revision}`, spec, (seen) => of(seen, spec).length === 0),
    kill: async (instance: InstanceId): Promise<void> => {
      if (harness.kill === null) throw new TypeError('the check needs a foreign hand and does not say so');
      await harness.kill(instance);
    },
  };
}
export type Driver = ReturnType<typeof driver>;

/** Holds when the call is refused by this name. */
export async function refuses(name: string, call: Promise<unknown>): Promise<void> {
  const answer = await call.then(() => undefined, (error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  assert.ok(answer !== undefined, `it was done, and should have been refused with ${name}`);
  assert.equal(answer.name, name, `it was refused with ${answer.name} and not with ${name}: ${answer.message}`);
}
