/** Whether somebody is known who shows this header. What they may do, the API decides. */
import type { Ports } from '../ports/index.ts';

/** The simple answer of a Lambda authorizer. */
export interface Authenticated {
  readonly isAuthorized: boolean;
  readonly context: { readonly identity?: string };
}

export const authenticate = (needs: Pick<Ports, 'identities'>) => async ({ authorization }: { authorization: string | undefined }): Promise<Authenticated> => {
  const token = /^Bearer ([\x21-\x7e]{1,16384})$/.exec(authorization ?? '')?.[1];
  const identity = token === undefined ? null : await needs.identities.byToken(token);
  return identity === null ? { isAuthorized: false, context: {} } : { isAuthorized: true, context: { identity } };
};
