/** Artifacts that an outside CI built. They come with the text of a manifest, and what reads one is large: so a function of its own answers here. */
import { authorize, placeOf } from '../app/authorize.ts';
import { registerArtifact } from '../app/register.ts';
import * as operations from '../contracts/api/services.ts';
import type { HttpAnswer, HttpEvent } from '../contracts/http.ts';
import { parseManifest } from '../contracts/manifest-file.ts';
import { InvalidManifest } from '../domain/errors.ts';
import type { Manifest } from '../domain/manifest.ts';
import type { Ports } from '../ports/index.ts';
import { behindGateway, httpApp } from './http-app.ts';
import { bind } from './serve.ts';

function manifestOf(text: string): Manifest {
  const parsed = parseManifest(text, 'slipway.yaml');
  if (!parsed.ok) throw new InvalidManifest(`The manifest has ${parsed.issues.length} mistakes.`, { issues: parsed.issues });
  return parsed.manifest;
}

export const artifactBindings = [
  // For the team that the manifest names, and for the one that has the service now: nobody takes over another team's service.
  bind(operations.registerArtifact, (_ports, { body }) => ({ kind: 'place', team: manifestOf(body.manifest).team, environments: [] }), async (ports, { body, by }) => {
    const manifest = manifestOf(body.manifest);
    const now = await placeOf(ports, manifest.service, []);
    if (now.kind === 'place' && now.team !== '') await authorize(ports)(by, 'register', now);
    return { value: await registerArtifact(ports)({ ...body, manifest, by }) };
  }),
];

export const artifactsHandler = (ports: Ports): ((event: HttpEvent) => Promise<HttpAnswer>) => behindGateway(httpApp(ports, artifactBindings));
