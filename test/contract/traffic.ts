/** What every Traffic adapter does. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EnvironmentName, ServiceName } from '../../src/domain/ids.ts';
import type { Weights } from '../../src/domain/route.ts';
import type { Traffic } from '../../src/ports/traffic.ts';
import { routeOf, upstreamsOf } from '../unit/router/route.ts';

export interface TrafficSubject {
  readonly traffic: Traffic;
  close(): Promise<void>;
}

const catalog = 'catalog' as ServiceName;
const basket = 'basket' as ServiceName;
const staging = 'staging' as EnvironmentName;
const production = 'production' as EnvironmentName;

export function trafficContract(name: string, make: () => Promise<TrafficSubject>): void {
  describe(`Traffic contract: ${name}`, () => {
    let subject: TrafficSubject;
    let traffic: Traffic;
    beforeEach(async () => {
      subject = await make();
      traffic = subject.traffic;
    });
    afterEach(() => subject.close());

    it('knows no route at first', async () => {
      expect(await traffic.get(catalog, staging)).toBeUndefined();
      expect(await traffic.list()).toEqual([]);
    });

    it('answers what is in force, with its port, and reads the same back', async () => {
      const put = await traffic.put(routeOf());
      expect(put).toEqual({ ...routeOf(), port: expect.any(Number) });
      expect(await traffic.get(catalog, staging)).toEqual(put);
      expect(await traffic.list()).toEqual([put]);
    });

    it('reads several at once, those that there are, and refuses more than 1,000', async () => {
      const [first, second] = [await traffic.put(routeOf()), await traffic.put(routeOf({ environment: production }))];
      await traffic.put(routeOf({ service: basket }));
      const found = await traffic.several([{ service: catalog, environment: production }, { service: basket, environment: production }, { service: catalog, environment: staging }]);
      expect([...found].sort((one, other) => one.environment.localeCompare(other.environment))).toEqual([second, first]);
      expect(await traffic.several([])).toEqual([]);
      await expect(traffic.several(Array.from({ length: 1001 }, () => ({ service: catalog, environment: staging })))).rejects.toMatchObject({ name: 'InvalidInput' });
    });

    it('replaces the whole route at once and keeps its port', async () => {
      const { port } = await traffic.put(routeOf());
      const next = routeOf({
        weights: { 'catalog-1-staging': 90, 'catalog-2-staging': 10 } as Weights,
        upstreams: upstreamsOf(['catalog-1-staging', 'one', 9], ['catalog-2-staging', 'two', 10]),
        stickiness: { by: 'cookie', name: 'arm' },
        drainSeconds: 3,
      });
      expect(await traffic.put(next)).toEqual({ ...next, port });
      expect(await traffic.get(catalog, staging)).toEqual({ ...next, port });
    });

    it('accepts a route without any weight', async () => {
      expect(await traffic.put(routeOf({ weights: {}, upstreams: {} }))).toMatchObject({ weights: {}, upstreams: {} });
    });

    it('refuses weights that do not sum to 100, and changes nothing', async () => {
      const before = await traffic.put(routeOf());
      await expect(traffic.put(routeOf({ weights: { 'catalog-1-staging': 99 } as Weights }))).rejects.toMatchObject({ name: 'InvalidInput' });
      expect(await traffic.get(catalog, staging)).toEqual(before);
    });

    it('attaches upstreams and leaves the weights as they are', async () => {
      const before = await traffic.put(routeOf());
      const upstreams = upstreamsOf(['catalog-1-staging', 'one', 9], ['catalog-2-staging', 'two', 10]);
      expect(await traffic.attach(catalog, staging, upstreams)).toEqual({ ...before, upstreams });
      expect(await traffic.get(catalog, staging)).toEqual({ ...before, upstreams });
    });

    it('has nothing to attach to, or to count, where there is no route', async () => {
      await expect(traffic.attach(catalog, staging, {})).rejects.toMatchObject({ name: 'NotFound' });
      await expect(traffic.inFlight(catalog, staging)).rejects.toMatchObject({ name: 'NotFound' });
    });

    it('counts no request under way at idle instances', async () => {
      await traffic.put(routeOf({ upstreams: upstreamsOf(['catalog-1-staging', 'one', 9], ['catalog-1-staging', 'two', 10]) }));
      expect(await traffic.inFlight(catalog, staging)).toEqual({ one: 0, two: 0 });
    });

    it('keeps services and environments apart', async () => {
      const routes = await Promise.all([traffic.put(routeOf()), traffic.put(routeOf({ environment: production })), traffic.put(routeOf({ service: basket }))]);
      expect(new Set(routes.map(({ port }) => port)).size).toBe(3);
      await traffic.remove(catalog, staging);
      expect(await traffic.get(catalog, staging)).toBeUndefined();
      expect(await traffic.get(catalog, production)).toEqual(routes[1]);
      expect(await traffic.get(basket, staging)).toEqual(routes[2]);
    });

    it('removes, and removes again without complaint', async () => {
      await traffic.put(routeOf());
      await traffic.remove(catalog, staging);
      await traffic.remove(catalog, staging);
      expect(await traffic.list()).toEqual([]);
    });

    it('refuses a port that another route has, and changes nothing', async () => {
      const { port } = await traffic.put(routeOf());
      const other = await traffic.put(routeOf({ service: basket }));
      await expect(traffic.put(routeOf({ service: basket, port }))).rejects.toMatchObject({ name: 'Conflict' });
      expect(await traffic.get(basket, staging)).toEqual(other);
    });

    it('puts one of two changes at the same moment in force, whole', async () => {
      const { port } = await traffic.put(routeOf());
      const wanted = [1, 2].map((n) => routeOf({ weights: { [`catalog-${n}-staging`]: 100 }, upstreams: upstreamsOf([`catalog-${n}-staging`, `instance-${n}`, 9]) }));
      await Promise.all(wanted.map((route) => traffic.put(route)));
      const inForce = await traffic.get(catalog, staging);
      expect(wanted.map((route) => ({ ...route, port }))).toContainEqual(inForce);
    });
  });
}
