/** Sessions of `slipway login`: a file of this user alone, by the address of each control plane. */
import { join } from 'node:path';
import * as z from 'zod';
import { CliError, EXIT } from './exit.ts';
import { messageOf } from './faults.ts';
import type { CliNeeds } from './needs.ts';

const FILE_BYTES_MAX = 256 * 1024;
const Token = z.string().regex(/^[\x21-\x7e]{1,512}$/);

export const KeptSession = z.strictObject({ token: Token, identity: z.string(), expiresAt: z.number() });
export type KeptSession = z.infer<typeof KeptSession>;
const KeptSessions = z.record(z.string(), KeptSession);

type Needs = Pick<CliNeeds, 'files'>;
const pathIn = (home: string): string => join(home, 'sessions.json');

async function all({ files }: Needs, home: string): Promise<Record<string, KeptSession>> {
  try {
    const text = await files.readPrivate(pathIn(home), FILE_BYTES_MAX);
    return text === null ? {} : KeptSessions.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof SyntaxError || error instanceof z.ZodError ? 'it is not as "slipway login" wrote it' : messageOf(error);
    throw new CliError(EXIT.unauthenticated, `${pathIn(home)} cannot be used: ${why}. Remove it, and log in again: slipway login`, { cause: error });
  }
}

/** Of a control plane, by its address; undefined when nobody has logged in there from here. */
export const keptSession = async (needs: Needs, home: string, address: string): Promise<KeptSession | undefined> => (await all(needs, home))[address];

/** @param session undefined forgets it */
export async function keepSession(needs: Needs, home: string, address: string, session: KeptSession | undefined): Promise<void> {
  const { [address]: _, ...others } = await all(needs, home);
  await needs.files.writePrivate(pathIn(home), `${JSON.stringify({ ...others, ...(session === undefined ? {} : { [address]: session }) }, null, 2)}\n`);
}
