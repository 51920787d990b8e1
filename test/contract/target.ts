/** What every target holds to, whatever it runs on. Times out rather than guesses: platforms differ in how long they take. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Place } from '../../src/contracts/target.ts';
import { Generation, type InstanceId, RevisionId } from '../../src/domain/ids.ts';
import type { RevisionSpec } from '../../src/domain/revision.ts';
import type { Weights } from '../../src/domain/route.ts';
import type { Observed, ObservedInstance } from '../../src/domain/state.ts';
import type { Target } from '../../src/ports/target.ts';

export interface TargetHarness {
  readonly target: Target;
  /** Ends an instance by a foreign hand, behind the target's back. */
  kill(instance: InstanceId): Promise<void>;
  /** A revision that becomes healthy when it is launched, in the zones a and b, of the same service each time; `revision` names another one of it. */
  spec(overrides?: { readonly revision?: string; readonly service?: string }): RevisionSpec;
  /** What the fence answers from now on. */
  setGeneration(generation: number): void;
  /** How long to wait for the platform, milliseconds. */
  readonly patienceMs: number;
  close(): Promise<void>;
}

const generation = (number: number) => Generation.parse(number);
const present = ({ health }: ObservedInstance) => health !== 'stopped' && health !== 'draining';

/** Calls of a harness's target that state only what matters to a test. */
function driver(harness: TargetHarness) {
  const { target } = harness;
  const refOf = ({ service, environment, access, settings }: RevisionSpec): Place => ({ service, environment, access, settings });
  const observe = async (spec: RevisionSpec): Promise<Observed> => {
    const [seen] = (await target.observe({ verb: 'observe', refs: [refOf(spec)] })).services;
    if (seen === undefined) throw new Error('observe left out the service that it was asked for');
    return seen;
  };
  const until = async (what: string, spec: RevisionSpec, holds: (seen: Observed) => boolean): Promise<Observed> => {
    const deadline = performance.now() + harness.patienceMs;
    for (;;) {
      const seen = await observe(spec);
      if (holds(seen)) return seen;
      if (performance.now() > deadline) throw new Error(`not within ${harness.patienceMs} ms: ${what}; last seen ${JSON.stringify(seen)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const of = (seen: Observed, spec: RevisionSpec) => seen.instances.filter(({ revision }) => revision === spec.revision);
  return {
    refOf,
    observe,
    until,
    of,
    launch: (spec: RevisionSpec, count: number, options: { generation?: number; zonesLost?: string[] } = {}) =>
      target.launch({ verb: 'launch', ...refOf(spec), generation: generation(options.generation ?? 1), spec, count, zonesLost: options.zonesLost ?? [] }),
    route: (spec: RevisionSpec, weights: Weights, at = 1) => target.route({ verb: 'route', ...refOf(spec), generation: generation(at), weights, stickiness: spec.stickiness }),
    relaunch: (spec: RevisionSpec, instances: InstanceId[], options: { generation?: number; zonesLost?: string[] } = {}) =>
      target.relaunch({ verb: 'relaunch', ...refOf(spec), generation: generation(options.generation ?? 1), instances, specs: { [spec.revision]: spec }, zonesLost: options.zonesLost ?? [] }),
    retire: (spec: RevisionSpec, at = 1) => target.retire({ verb: 'retire', ...refOf(spec), generation: generation(at), revision: spec.revision }),
    healthy: (spec: RevisionSpec, count: number) =>
      until(`${count} healthy instances of ${spec.revision} and no others`, spec, (seen) => of(seen, spec).length === count && of(seen, spec).every(({ health }) => health === 'healthy')),
    gone: (spec: RevisionSpec) => until(`no instance of ${spec.revision}`, spec, (seen) => of(seen, spec).length === 0),
  };
}

const all = (spec: RevisionSpec): Weights => ({ [spec.revision]: 100 });
const idsOf = (instances: readonly ObservedInstance[]) => instances.map(({ instance }) => instance).sort();

export function targetContract(name: string, make: () => Promise<TargetHarness>): void {
  describe(`target contract: ${name}`, () => {
    let harness: TargetHarness;
    let on: ReturnType<typeof driver>;
    let spec: RevisionSpec;
    beforeEach(async () => {
      harness = await make();
      on = driver(harness);
      harness.setGeneration(1);
      spec = harness.spec();
    });
    afterEach(() => harness.close());

    it('describes itself', async () => {
      expect(await harness.target.describe({ verb: 'describe' })).toMatchObject({ verb: 'describe', kind: expect.any(String), limits: expect.any(Object) });
    });

    it('observes a service it has never seen as nothing, rather than an error', async () => {
      expect(await on.observe(spec)).toEqual({ service: spec.service, environment: spec.environment, weights: {}, instances: [], endpoint: null });
    });

    describe('launch', () => {
      it('brings a revision up, evenly over its zones, with no traffic', async () => {
        const { started, stopping } = await on.launch(spec, 4);
        expect(started).toHaveLength(4);
        expect(stopping).toEqual([]);
        const seen = await on.healthy(spec, 4);
        expect(idsOf(seen.instances)).toEqual([...started].sort());
        expect(seen.instances.map(({ zone }) => zone).sort()).toEqual(['a', 'a', 'b', 'b']);
        expect(seen.weights[spec.revision] ?? 0).toBe(0);
      });

      it('changes nothing when it is said again, at any time', async () => {
        const first = await on.launch(spec, 2);
        expect(await on.launch(spec, 2)).toMatchObject({ started: [], stopping: [] });
        const seen = await on.healthy(spec, 2);
        expect(await on.launch(spec, 2)).toMatchObject({ started: [], stopping: [] });
        expect(idsOf((await on.observe(spec)).instances)).toEqual([...first.started].sort());
        expect(idsOf(seen.instances)).toEqual([...first.started].sort());
      });

      it('does not start twice what is asked for twice at once', async () => {
        const both = await Promise.all([on.launch(spec, 2), on.launch(spec, 2)]);
        // A target whose platform knows the second call by its token may name the same instances in both answers.
        expect(new Set(both.flatMap(({ started }) => started)).size).toBe(2);
        await on.healthy(spec, 2);
      });

      it('goes up, down and to zero, keeping what may stay and zones even', async () => {
        const { started } = await on.launch(spec, 2);
        await on.healthy(spec, 2);
        await on.launch(spec, 4);
        const four = await on.healthy(spec, 4);
        expect(idsOf(four.instances)).toEqual(expect.arrayContaining([...started]));
        const down = await on.launch(spec, 2);
        expect(down.stopping).toHaveLength(2);
        const two = await on.healthy(spec, 2);
        expect(two.instances.map(({ zone }) => zone).sort()).toEqual(['a', 'b']);
        expect(idsOf(two.instances).every((id) => idsOf(four.instances).includes(id))).toBe(true);
        await on.launch(spec, 0);
        await on.gone(spec);
      });

      it('leaves other revisions alone', async () => {
        const other = harness.spec({ revision: 'catalog-2-production' });
        await on.launch(spec, 1);
        await on.healthy(spec, 1);
        await on.launch(other, 2);
        const seen = await on.healthy(other, 2);
        expect(on.of(seen, spec)).toHaveLength(1);
      });

      it('keeps out of a lost zone', async () => {
        await on.launch(spec, 2, { zonesLost: ['a'] });
        expect((await on.healthy(spec, 2)).instances.map(({ zone }) => zone)).toEqual(['b', 'b']);
      });

      it('moves what is in a zone that has been lost since', async () => {
        await on.launch(spec, 2);
        await on.healthy(spec, 2);
        await on.launch(spec, 2, { zonesLost: ['b'] });
        const moved = await on.until('two instances in zone a and no others', spec, (seen) => seen.instances.length === 2 && seen.instances.every(({ zone, health }) => zone === 'a' && health === 'healthy'));
        expect(moved.instances).toHaveLength(2);
      });
    });

    describe('route', () => {
      it('moves traffic and says what is in force, and where', async () => {
        const candidate = harness.spec({ revision: 'catalog-2-production' });
        await Promise.all([on.launch(spec, 1), on.launch(candidate, 1)]);
        await Promise.all([on.healthy(spec, 1), on.healthy(candidate, 1)]);
        const first = await on.route(spec, all(spec));
        expect(first.inForce[spec.revision]).toBe(100);
        expect(first.endpoint).toMatch(/^https?:\/\//);
        const split = { [spec.revision]: 90, [candidate.revision]: 10 };
        expect((await on.route(spec, split)).inForce).toEqual(split);
        expect(await on.observe(spec)).toMatchObject({ weights: split, endpoint: first.endpoint });
        expect((await on.route(spec, split)).inForce).toEqual(split);
      });

      it('refuses a weight on a revision that is not there, and changes nothing', async () => {
        await on.launch(spec, 1);
        await on.healthy(spec, 1);
        await on.route(spec, all(spec));
        const absent = RevisionId.parse('catalog-9-production');
        await expect(on.route(spec, { [spec.revision]: 50, [absent]: 50 })).rejects.toMatchObject({ name: 'InvalidInput' });
        expect((await on.observe(spec)).weights[spec.revision]).toBe(100);
      });
    });

    describe('observe', () => {
      it('answers for all services asked for, in their order', async () => {
        const other = harness.spec({ service: 'orders', revision: 'orders-1-production' });
        await Promise.all([on.launch(spec, 1), on.launch(other, 2)]);
        await Promise.all([on.healthy(spec, 1), on.healthy(other, 2)]);
        const { services } = await harness.target.observe({ verb: 'observe', refs: [on.refOf(other), on.refOf(spec)] });
        expect(services.map(({ service, instances }) => [service, instances.length])).toEqual([['orders', 2], ['catalog', 1]]);
      });

      it('sees what a foreign hand has ended', async () => {
        const { started } = await on.launch(spec, 2);
        await on.healthy(spec, 2);
        await harness.kill(started[0] as InstanceId);
        const seen = await on.until('one healthy instance', spec, ({ instances }) => instances.filter(({ health }) => health === 'healthy').length === 1);
        const ended = seen.instances.find(({ instance }) => instance === started[0]);
        expect(ended === undefined || ended.problem !== null).toBe(true);
      });
    });

    describe('relaunch', () => {
      it('replaces what has failed, once, and the number of instances never rises', async () => {
        const { started } = await on.launch(spec, 2);
        await on.healthy(spec, 2);
        const victim = started[0] as InstanceId;
        await harness.kill(victim);
        await on.until('the killed one is seen', spec, ({ instances }) => instances.filter(({ health }) => health === 'healthy').length === 1);
        const results = [await on.relaunch(spec, [victim]), await on.relaunch(spec, [victim])];
        expect(results.flatMap((result) => result.started).length).toBeLessThanOrEqual(1);
        const seen = await on.until('two healthy again', spec, ({ instances }) => {
          expect(instances.filter(present).length).toBeLessThanOrEqual(2);
          return instances.length === 2 && instances.every(({ health }) => health === 'healthy');
        });
        expect(idsOf(seen.instances)).toContain(started[1]);
      });

      it('changes nothing for instances that are well or not known', async () => {
        const { started } = await on.launch(spec, 2);
        await on.healthy(spec, 2);
        const result = await on.relaunch(spec, [...started, 'nobody' as InstanceId]);
        expect(result).toMatchObject({ started: [], quarantined: [], waiting: [] });
        expect(idsOf((await on.observe(spec)).instances)).toEqual([...started].sort());
      });

      it('moves instances out of a lost zone', async () => {
        await on.launch(spec, 2);
        const before = await on.healthy(spec, 2);
        const lost = before.instances.filter(({ zone }) => zone === 'b').map(({ instance }) => instance);
        await on.relaunch(spec, lost, { zonesLost: ['b'] });
        const seen = await on.until('both in zone a', spec, ({ instances }) => {
          expect(instances.filter(({ health }) => health === 'healthy').length).toBeGreaterThanOrEqual(1);
          return instances.length === 2 && instances.every(({ zone, health }) => zone === 'a' && health === 'healthy');
        });
        expect(seen.instances).toHaveLength(2);
      });
    });

    describe('retire', () => {
      it('removes a revision, and says nothing is left when it is said again', async () => {
        const { started } = await on.launch(spec, 2);
        await on.healthy(spec, 2);
        expect([...(await on.retire(spec)).stopping].sort()).toEqual([...started].sort());
        await on.gone(spec);
        expect((await on.retire(spec)).stopping).toEqual([]);
      });

      it('refuses while traffic goes there', async () => {
        await on.launch(spec, 1);
        await on.healthy(spec, 1);
        await on.route(spec, all(spec));
        await expect(on.retire(spec)).rejects.toMatchObject({ name: 'InvalidInput' });
        expect((await on.healthy(spec, 1)).weights[spec.revision]).toBe(100);
      });
    });

    it('refuses every changing verb of a generation that has passed, and changes nothing', async () => {
      const { started } = await on.launch(spec, 1);
      await on.healthy(spec, 1);
      await harness.kill(started[0] as InstanceId);
      harness.setGeneration(5);
      const stale = { name: 'StaleGeneration' };
      await expect(on.launch(spec, 3, { generation: 4 })).rejects.toMatchObject(stale);
      await expect(on.route(spec, all(spec), 4)).rejects.toMatchObject(stale);
      await expect(on.relaunch(spec, [...started], { generation: 4 })).rejects.toMatchObject(stale);
      await expect(on.retire(spec, 4)).rejects.toMatchObject(stale);
      const seen = await on.until('the killed one is seen', spec, ({ instances }) => instances.every(({ health }) => health !== 'healthy'));
      expect(on.of(seen, spec).filter(present)).toEqual([]);
      expect(seen.weights[spec.revision] ?? 0).toBe(0);
      await on.launch(spec, 1, { generation: 5 });
    });
  });
}
