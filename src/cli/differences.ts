/** What is not as it was asked for, in words; from stored state alone. The control plane's own look is `slipway drift --repair`. */
import type { PlaceStatus } from './answers/place.ts';

export function differences({ desired, observed }: PlaceStatus): string[] {
  if (desired === null) return [];
  if (observed === null) return ['not observed yet'];
  const found: string[] = [];
  for (const [revision, { count, spec }] of Object.entries(desired.revisions)) {
    const own = observed.instances.filter((instance) => instance.revision === revision && instance.health !== 'stopped' && instance.health !== 'draining');
    const healthy = own.filter((instance) => instance.health === 'healthy').length;
    if (healthy < count) found.push(`${count - healthy} of ${count} of ${spec.version} not healthy`);
    if (own.length > count) found.push(`${own.length - count} too many of ${spec.version}`);
  }
  const strays = observed.instances.filter((instance) => desired.revisions[instance.revision] === undefined && instance.health !== 'stopped' && instance.health !== 'draining');
  if (strays.length > 0) found.push(`${strays.length} that nobody asked for (${[...new Set(strays.map((stray) => stray.revision))].join(', ')})`);
  const quarantined = observed.instances.filter((instance) => instance.quarantined);
  if (quarantined.length > 0) found.push(`${quarantined.length} quarantined: ${quarantined[0]?.problem ?? 'crash loop'}`);
  if (route(desired.weights) !== route(observed.weights)) found.push(`traffic ${route(observed.weights)}, asked for ${route(desired.weights)}`);
  return found;
}

const route = (weights: Readonly<Record<string, number>>): string =>
  Object.entries(weights).filter(([, weight]) => weight > 0).sort(([one], [other]) => (one < other ? -1 : 1)).map(([revision, weight]) => `${weight} % ${revision}`).join(', ') || 'none';
