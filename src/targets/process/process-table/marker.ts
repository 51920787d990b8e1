import type { Marker } from './index.ts';

/** The marker in a process's variables; undefined when it is not whole. */
export function markerOf(variable: (name: string) => string | undefined): Marker | undefined {
  const [instance, revision, service, environment] = ['INSTANCE', 'REVISION', 'SERVICE', 'ENVIRONMENT'].map((name) => variable(`SLIPWAY_${name}`));
  if (instance === undefined || revision === undefined || service === undefined || environment === undefined) return undefined;
  const port = Number(variable('PORT'));
  return { instance, revision, service, environment, zone: variable('SLIPWAY_ZONE') ?? '', port: Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined };
}
