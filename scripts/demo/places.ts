/** Where services run and what serves there, as the API says it. */
import * as z from 'zod';
import { Services, ServiceStatus, type Instance } from './answers.ts';
import type { Stage } from './stage.ts';

export type Place = ServiceStatus['places'][number];

export const statuses = (stage: Stage): Promise<ServiceStatus[]> => stage.api.get('/v1/services', Services);

/** @throws Error for a service that is not there */
export async function productionOf(stage: Stage, service: string): Promise<Place> {
  const found = (await stage.api.get(`/v1/services/${service}`, ServiceStatus)).places.find(({ environment }) => environment === 'production');
  if (found === undefined) throw new Error(`${service} is not in production`);
  return found;
}

/** The healthy instances of the release that serves; those of an older one may still be draining. */
export const healthy = ({ desired, observed }: Place): Instance[] => (observed?.instances ?? []).filter(({ health, revision }) => health === 'healthy' && revision === desired?.stable);

export function versionOf({ desired }: Place): string | undefined {
  return desired?.stable == null ? undefined : desired.revisions[desired.stable]?.spec.version;
}

const About = z.object({ pid: z.number(), version: z.string(), release: z.string() });

/** Asks one instance of the catalogue itself, past the router. */
export async function aboutInstance(instance: Instance): Promise<z.infer<typeof About>> {
  return About.parse(await (await fetch(`http://${instance.address}/about`, { signal: AbortSignal.timeout(5000) })).json());
}
