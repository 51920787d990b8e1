/** Who has which token on this machine: a file of hashes that only its owner can read. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type BigIntStats, constants, lstatSync } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import { Forbidden, InvalidInput, LimitExceeded } from '../../domain/errors.ts';
import { Identity } from '../../domain/ids.ts';
import { LASTING_PREFIX } from '../../domain/session.ts';
import type { Clock, Ids } from '../../ports/clock.ts';
import type { Identities } from '../../ports/identities.ts';
import { diskFault } from '../archive-rules/disk-fault.ts';
import { writeDurably } from './durable-file.ts';
import { createSettledFile, type SettledFile } from './settled-file.ts';

const ENTRIES_MAX = 1000;
const FILE_BYTES_MAX = 1024 * 1024;
const TOKEN_CHARACTERS_MAX = 512;

/**
 * A token has 268 random bits, so a plain hash of it cannot be turned back by guessing. Entries with an end are sessions of versions that
 * kept them here: nobody's any more.
 */
const Entry = z.strictObject({ identity: Identity, tokenSha256: z.string().regex(/^[0-9a-f]{64}$/), createdAt: z.number(), expiresAt: z.number().optional() });
type Entry = z.infer<typeof Entry>;
const Entries = z.strictObject({ identities: z.array(Entry).max(ENTRIES_MAX) });

export interface IdentityFile extends Identities {
  /** A new token for somebody; it is shown this once. Tokens they have already go on. @throws InvalidInput, Forbidden, LimitExceeded */
  add(identity: string): Promise<string>;
  /** `createdAt` in milliseconds since the epoch; one for each token, in the order they were made. */
  list(): Promise<readonly { readonly identity: Identity; readonly createdAt: number }[]>;
  /** Takes all tokens from somebody, at once. @returns how many there were */
  revoke(identity: string): Promise<number>;
}

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

async function openFile(path: string): Promise<FileHandle | undefined> {
  try {
    // O_NONBLOCK: opening a pipe must not wait for its writer.
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP') throw new Forbidden(`The identity file ${path} is a symlink, so it was not read. Put the file itself there.`, { path });
    throw error;
  }
}

function checkFile(found: BigIntStats, path: string): void {
  if (!found.isFile()) throw new Forbidden(`${path} is not a file, so no identities were read. Remove what is there.`, { path });
  const mode = Number(found.mode) & 0o7777;
  if ((mode & ~0o600) !== 0) throw new Forbidden(`The identity file ${path} has mode 0${mode.toString(8)}, so others could read or change it. Run chmod 600 on it; if others may have changed it, remove it and make new tokens.`, { path, mode: mode.toString(8) });
  if (Number(found.uid) !== process.getuid?.()) throw new Forbidden(`The identity file ${path} belongs to user ${found.uid}, not to the one Slipway runs as. Change its owner with chown.`, { path, owner: found.uid });
  if (found.size > FILE_BYTES_MAX) throw new LimitExceeded(`The identity file ${path} is larger than ${FILE_BYTES_MAX} bytes, so it was not read. Revoke tokens that nobody needs.`, { path });
}

/** @throws Forbidden, LimitExceeded, InvalidInput: a file that cannot be trusted lets nobody in */
async function readEntries(path: string, settled: SettledFile<readonly Entry[]>): Promise<readonly Entry[]> {
  const known = settled.known(lstatSync(path, { bigint: true, throwIfNoEntry: false }));
  if (known !== undefined) return known;
  const file = await openFile(path);
  if (file === undefined) return [];
  try {
    const found = await file.stat({ bigint: true });
    checkFile(found, path);
    const entries = Entries.parse(JSON.parse(await file.readFile('utf8'))).identities;
    settled.keep(found, entries);
    return entries;
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof z.ZodError)) throw error;
    throw new InvalidInput(`The identity file ${path} does not fit its form, so nobody is let in. Put its last good copy back, or remove it and make new tokens.`, { path }, { cause: error });
  } finally {
    await file.close();
  }
}

/** Compares with every entry in constant time each, so that the time says neither how much of a token was right nor whose it is. */
function ownerOf(entries: readonly Entry[], token: string): Identity | null {
  const shown = hashOf(token);
  let owner: Identity | null = null;
  for (const { identity, tokenSha256 } of entries) if (timingSafeEqual(Buffer.from(tokenSha256, 'hex'), shown)) owner = identity;
  return owner;
}

const lasts = ({ expiresAt }: Entry): boolean => expiresAt === undefined;

function parseIdentity(identity: string): Identity {
  const parsed = Identity.safeParse(identity);
  if (parsed.success) return parsed.data;
  throw new InvalidInput(`${JSON.stringify(identity.slice(0, 100))} cannot be somebody's name: ${parsed.error.issues[0]?.message}. Choose another one.`);
}

/**
 * The file is looked at for every token anew, and read when it is another one: a revoked token must not work a moment longer. One process at a time writes it.
 * @throws from every call: Forbidden (mode, owner, symlink), InvalidInput for a file of another form, LimitExceeded
 */
export function createIdentityFile({ path, ids, clock }: { readonly path: string; readonly ids: Ids; readonly clock: Clock }): IdentityFile {
  const settled = createSettledFile<readonly Entry[]>();
  let last: Promise<unknown> = Promise.resolve();
  /** One change after the other, each on what the one before has written. */
  const change = <T>(action: (entries: readonly Entry[]) => Promise<T>): Promise<T> => {
    const next = last.then(async () => action(await readEntries(path, settled)));
    last = next.catch(() => undefined);
    return next;
  };
  const write = async (identities: readonly Entry[]): Promise<void> => {
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeDurably(path, `${JSON.stringify({ identities }, null, 2)}\n`);
    } catch (error) {
      throw diskFault(error, 'write the identity file');
    }
  };
  return {
    async byToken(token) {
      if (!token.startsWith(LASTING_PREFIX) || token.length > TOKEN_CHARACTERS_MAX) return null;
      return ownerOf((await readEntries(path, settled)).filter(lasts), token);
    },
    async add(given) {
      const identity = parseIdentity(given);
      return change(async (all) => {
        const entries = all.filter(lasts);
        if (entries.length >= ENTRIES_MAX) throw new LimitExceeded(`There are ${ENTRIES_MAX} tokens already. Revoke those that nobody needs.`);
        const token = `${LASTING_PREFIX}${ids.next()}${ids.next()}`;
        await write([...entries, { identity, tokenSha256: hashOf(token).toString('hex'), createdAt: clock.now() }]);
        return token;
      });
    },
    list: async () => (await readEntries(path, settled)).filter(lasts).map(({ identity, createdAt }) => ({ identity, createdAt })),
    revoke: (identity) =>
      change(async (entries) => {
        const left = entries.filter((entry) => lasts(entry) && entry.identity !== identity);
        if (left.length < entries.length) await write(left);
        return entries.filter((entry) => lasts(entry) && entry.identity === identity).length;
      }),
  };
}
