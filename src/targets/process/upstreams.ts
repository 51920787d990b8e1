/** Keeps the router's upstreams equal to the healthy instances. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceRef } from '../../contracts/target.ts';
import { NotFound } from '../../domain/errors.ts';
import type { RevisionId } from '../../domain/ids.ts';
import type { Mirror } from '../../domain/parallel/mirror.ts';
import type { Stickiness, Weights } from '../../domain/route.ts';
import type { Traffic, TrafficRoute, TrafficUpstream } from '../../ports/traffic.ts';
import { type Fleet, isServing, isStaying, keyOf, processOf } from './fleet.ts';
import { createSerial } from './serial.ts';

export const LOOPBACK = '127.0.0.1';
/** The router keeps a removed upstream's connections no longer. */
const DRAIN_SECONDS_MAX = 3600;
const RETRY_MS = { first: 50, max: 2000 };

type InForce = TrafficRoute & { readonly port: number };

export interface Upstreams {
  /** Brings the router up to date, again and again until it answers. Resolves when that has happened, or with the target's end. */
  changed(ref: ServiceRef): Promise<void>;
  /** Puts weights in force together with the upstreams of this moment. */
  put(ref: ServiceRef, weights: Weights, stickiness: Stickiness, mirror?: Mirror): Promise<InForce>;
  /** Whether the router has other upstreams than it should. */
  differ(route: InForce): boolean;
  idle(): Promise<void>;
}

/** Healthy instances per revision; a revision that has none is named with an empty list. */
function wanted(fleet: Fleet, ref: ServiceRef): TrafficRoute['upstreams'] {
  const lists: Record<RevisionId, TrafficUpstream[]> = {};
  for (const instance of fleet.of(ref)) {
    const process = processOf(instance);
    if (isStaying(instance)) lists[instance.record.spec.revision] ??= [];
    if (isServing(instance) && process !== undefined) lists[instance.record.spec.revision]?.push({ instance: instance.id, host: LOOPBACK, port: process.port });
  }
  return lists;
}

const shape = (upstreams: TrafficRoute['upstreams']): string =>
  JSON.stringify(Object.values(upstreams).flat().map(({ instance, host, port }) => `${instance} ${host}:${port}`).sort());

export function createUpstreams({ traffic, fleet, closing }: { readonly traffic: Traffic; readonly fleet: Fleet; readonly closing: AbortSignal }): Upstreams {
  const turns = createSerial();
  const waiting = new Map<string, Promise<void>>();
  const drainSeconds = (ref: ServiceRef) => Math.min(DRAIN_SECONDS_MAX, Math.max(0, ...fleet.of(ref).map(({ record }) => record.spec.drainSeconds)));
  const push = async (ref: ServiceRef): Promise<void> => {
    const upstreams = wanted(fleet, ref);
    try {
      await traffic.attach(ref.service, ref.environment, upstreams);
    } catch (error) {
      if (!(error instanceof NotFound)) throw error;
      const stickiness = fleet.of(ref).at(-1)?.record.spec.stickiness;
      // Nothing has a weight before the first route; the entry is made so that the router knows the instances by then.
      if (stickiness !== undefined) await traffic.put({ service: ref.service, environment: ref.environment, weights: {}, stickiness, upstreams, drainSeconds: drainSeconds(ref) });
    }
  };
  const insist = async (ref: ServiceRef, self: () => Promise<void>): Promise<void> => {
    for (let waitMs = RETRY_MS.first; !closing.aborted; waitMs = Math.min(RETRY_MS.max, waitMs * 2)) {
      try {
        return await turns.run(keyOf(ref), () => {
          // From here on a further change is not covered by this push any more.
          waiting.delete(keyOf(ref));
          return push(ref);
        });
      } catch {
        // The router is away or restarting: it serves its last table, and health checks go on here. One retry for all changes.
        const later = waiting.get(keyOf(ref));
        if (later !== undefined) return await later;
        waiting.set(keyOf(ref), self());
        await sleep(waitMs, undefined, { signal: closing, ref: false }).catch(() => undefined);
      }
    }
  };
  return {
    changed: (ref) => {
      const known = waiting.get(keyOf(ref));
      if (known !== undefined) return known;
      const work: Promise<void> = insist(ref, () => work);
      waiting.set(keyOf(ref), work);
      return work;
    },
    put: (ref, weights, stickiness, mirror) =>
      turns.run(keyOf(ref), async () => {
        const port = (await traffic.get(ref.service, ref.environment))?.port;
        return await traffic.put({ service: ref.service, environment: ref.environment, ...(port === undefined ? {} : { port }), weights, stickiness, upstreams: wanted(fleet, ref), ...(mirror === undefined ? {} : { mirror }), drainSeconds: drainSeconds(ref) });
      }),
    differ: (route) => shape(route.upstreams) !== shape(wanted(fleet, route)),
    idle: () => turns.idle(),
  };
}
