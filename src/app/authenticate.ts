/** Whether somebody is known who shows this header. What they may do, the API decides. */
import { holderOf, type HolderNeeds } from './sessions/holder.ts';

/** The simple answer of a Lambda authorizer. */
export interface Authenticated {
  readonly isAuthorized: boolean;
  readonly context: { readonly identity?: string };
}

export const authenticate = (needs: HolderNeeds) => async ({ authorization }: { authorization: string | undefined }): Promise<Authenticated> => {
  const token = /^Bearer ([\x21-\x7e]{1,16384})$/.exec(authorization ?? '')?.[1];
  const holder = token === undefined ? null : await holderOf(needs)(token);
  return holder === null ? { isAuthorized: false, context: {} } : { isAuthorized: true, context: { identity: holder.identity } };
};
