import type { LaunchRequest, LaunchResult } from '../../contracts/target.ts';
import { LimitExceeded } from '../../domain/errors.ts';
import type { InstanceId } from '../../domain/ids.ts';
import type { Fence } from '../../ports/target.ts';
import { checkGeneration } from './fenced.ts';
import { ofRevision, type Platform } from './platform.ts';

/** Brings a revision to `count` instances, always in the emptiest zone that is left; what is in a lost zone leaves. */
export async function launch({ platform, fence }: { platform: Platform; fence: Fence }, request: LaunchRequest): Promise<LaunchResult> {
  const { spec, count } = request;
  const zones = spec.zones.filter((zone) => !request.zonesLost.includes(zone));
  if (zones.length === 0 && count > 0) throw new LimitExceeded(`All zones of ${spec.service} are marked lost, so nothing was launched. Bring one back.`);
  const present = ofRevision(await platform.instances(request), spec.revision);
  // Two calls that saw the same want the same instances, so the platform can tell the second one from a wish for more.
  const seen = present.map(({ instance }) => instance).sort().join(' ');
  const inZone = new Map(zones.map((zone) => [zone, present.filter((instance) => instance.zone === zone).map(({ instance }) => instance)]));
  const fullest = () => [...inZone.values()].reduce((best, one) => (one.length > best.length ? one : best), []);
  const kept = () => [...inZone.values()].reduce((sum, list) => sum + list.length, 0);
  const started: InstanceId[] = [];
  const stopping: InstanceId[] = present.filter(({ zone }) => !inZone.has(zone)).map(({ instance }) => instance);
  while (kept() > count) stopping.push(fullest().pop() as InstanceId);
  await checkGeneration(fence, request);
  while (kept() < count) {
    const [zone, list] = [...inZone].reduce((best, one) => (one[1].length < best[1].length ? one : best));
    const instance = await platform.start(spec, zone, `${seen} + ${started.length}`);
    list.push(instance);
    started.push(instance);
  }
  for (const instance of stopping) await platform.stop(instance);
  return { verb: 'launch', started, stopping };
}
