/** Who may use the API on this machine: tokens, given by the owner. */
import { Hono, type Context } from 'hono';
import * as z from 'zod';
import type { ApiApp, ApiEnvironment } from './routing.ts';
import { Forbidden } from '../domain/errors.ts';
import { Identity } from '../domain/ids.ts';
import type { Ports } from '../ports/index.ts';
import { body, check } from './input.ts';

/** The identity that the first start makes. */
export const OWNER = 'owner';
const NewToken = z.strictObject({ identity: Identity });

function onlyOwner(context: Context<ApiEnvironment>): void {
  const identity = context.get('identity');
  if (identity !== OWNER) throw new Forbidden(`${identity} may not manage tokens; only ${OWNER} may, with the token in the file "token" of the data directory.`);
}

export const peopleRoutes = (ports: Ports): ApiApp => {
  const app = new Hono<ApiEnvironment>();
  app.get('/me', (context) => context.json({ identity: context.get('identity') }));
  app.get('/tokens', async (context) => {
    onlyOwner(context);
    return context.json(await ports.identities.list());
  });
  app.post('/tokens', async (context) => {
    onlyOwner(context);
    const { identity } = await body(context, NewToken);
    return context.json({ identity, token: await ports.identities.add(identity) }, 201);
  });
  app.delete('/tokens/:identity', async (context) => {
    onlyOwner(context);
    return context.json({ revoked: await ports.identities.revoke(check(Identity, context.req.param('identity'))) });
  });
  return app;
};
