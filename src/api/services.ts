/** Services, repositories, artifacts and what pushes became. */
import { Hono } from 'hono';
import * as z from 'zod';
import type { ApiApp, ApiEnvironment } from './routing.ts';
import { deliveries, history, services, status } from '../app/look.ts';
import { registerArtifact, registerRepository, repositories } from '../app/register.ts';
import { CommitId, Digest, Identity, ServiceName } from '../domain/ids.ts';
import { InvalidManifest } from '../domain/errors.ts';
import { parseManifest } from '../contracts/manifest-file.ts';
import { REPOSITORY_URL_MAX } from '../contracts/limits.ts';
import type { Ports } from '../ports/index.ts';
import { getService } from '../app/state/documents.ts';
import { body, check, query } from './input.ts';

const Limit = z.object({ limit: z.coerce.number().int().min(1).max(1000).default(50) });
const NewRepository = z.strictObject({ url: z.string().min(1).max(REPOSITORY_URL_MAX) });
const NewArtifact = z.strictObject({
  manifest: z.string().max(256 * 1024).describe('The text of slipway.yaml'), digest: Digest, bytes: z.int().min(0), version: z.string().regex(/^[0-9A-Za-z][0-9A-Za-z._+-]{0,127}$/),
  repository: z.string().max(REPOSITORY_URL_MAX).nullable().default(null), commit: CommitId.nullable().default(null), author: Identity.nullable().default(null),
});

export const serviceRoutes = (ports: Ports): ApiApp => {
  const app = new Hono<ApiEnvironment>();
  app.get('/services', async (context) => context.json(await Promise.all((await services(ports)()).map(status(ports)))));
  app.get('/services/:service', async (context) => context.json(await status(ports)((await getService(ports.store, check(ServiceName, context.req.param('service')))).value)));
  app.get('/services/:service/pipelines', async (context) => context.json(await history(ports)(check(ServiceName, context.req.param('service')), query(context, Limit).limit)));
  app.get('/repositories', async (context) => context.json(await repositories(ports)()));
  app.post('/repositories', async (context) => context.json(await registerRepository(ports)({ ...(await body(context, NewRepository)), by: context.get('identity') }), 201));
  app.get('/deliveries', async (context) => context.json(await deliveries(ports)(query(context, Limit).limit)));
  app.post('/artifacts', async (context) => {
    const input = await body(context, NewArtifact);
    const parsed = parseManifest(input.manifest, 'slipway.yaml');
    if (!parsed.ok) throw new InvalidManifest(`The manifest has ${parsed.issues.length} mistakes.`, { issues: parsed.issues });
    return context.json(await registerArtifact(ports)({ ...input, manifest: parsed.manifest, by: context.get('identity') }), 201);
  });
  return app;
};
