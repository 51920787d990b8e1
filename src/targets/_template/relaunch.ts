import type { RelaunchRequest, RelaunchResult } from '../../contracts/target.ts';
import type { InstanceId } from '../../domain/ids.ts';
import type { Fence } from '../../ports/target.ts';
import { checkGeneration } from './fenced.ts';
import { holdsPlace, isBroken, type Platform } from './platform.ts';

/**
 * Replaces what has failed or lost its zone, one for one. Where the platform replaces instances itself, only mark them unhealthy there:
 * the number of places never rises. A platform without a backoff of its own needs one here, and a quarantine for crash loops.
 */
export async function relaunch({ platform, fence }: { platform: Platform; fence: Fence }, request: RelaunchRequest): Promise<RelaunchResult> {
  const present = (await platform.instances(request)).filter(holdsPlace);
  const named = present.filter(({ instance }) => request.instances.includes(instance));
  const started: InstanceId[] = [];
  const waiting: InstanceId[] = [];
  await checkGeneration(fence, request);
  for (const old of named) {
    const spec = request.specs[old.revision];
    const moved = request.zonesLost.includes(old.zone);
    if (spec === undefined) await platform.stop(old.instance);
    if (spec === undefined || (!isBroken(old) && !moved)) continue;
    const zones = spec.zones.filter((zone) => !request.zonesLost.includes(zone));
    const zone = zones.includes(old.zone) ? old.zone : zones[0];
    if (zone === undefined) {
      waiting.push(old.instance);
      continue;
    }
    started.push(await platform.start(spec, zone, `in place of ${old.instance}`));
    await platform.stop(old.instance);
  }
  return { verb: 'relaunch', started, quarantined: [], waiting };
}
