/** Which control plane a command talks to, and as whom. */
import { join, resolve } from 'node:path';
import { CliError, EXIT } from './exit.ts';
import { messageOf } from './faults.ts';
import { keptSession } from './kept-sessions.ts';
import type { CliNeeds } from './needs.ts';

export interface WhereOptions {
  readonly url?: string | undefined;
  readonly home?: string | undefined;
}

export interface Connection {
  /** Without a slash at its end. */
  readonly address: string;
  /** Null: as nobody. */
  readonly token: string | null;
  /** The data directory on this machine; null when a URL was given. */
  readonly home: string | null;
}

const SMALL_FILE_BYTES = 64 * 1024;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|[a-z0-9.-]+\.localhost)$/;

/** Whether only this machine reaches an address. */
export const isLoopback = (address: string): boolean => LOOPBACK.test(new URL(address).hostname);

export const homeOf = (needs: Pick<CliNeeds, 'env' | 'userHome' | 'directory'>, options: WhereOptions): string =>
  resolve(needs.directory, options.home ?? needs.env.SLIPWAY_HOME ?? join(needs.userHome, '.slipway'));

type Needs = Pick<CliNeeds, 'env' | 'userHome' | 'directory' | 'files' | 'now'>;

/** The URL that is given: `--url`, or without `--home` SLIPWAY_URL. */
function urlOf(needs: Pick<Needs, 'env'>, options: WhereOptions): string | undefined {
  return (options.url ?? (options.home === undefined ? needs.env.SLIPWAY_URL : undefined)) || undefined;
}

/** `--url`, then `--home`, then SLIPWAY_URL, then SLIPWAY_HOME, then `~/.slipway`. @throws CliError */
export async function addressOf(needs: Needs, options: WhereOptions): Promise<string> {
  const url = urlOf(needs, options);
  if (url !== undefined) return checkedAddress(url);
  const home = homeOf(needs, options);
  const address = await oneLine(needs, join(home, 'address'));
  if (address === null) throw new CliError(EXIT.unreachable, `No control plane runs on ${home}: there is no address in it. Start it: slipway up. For one elsewhere give --home DIRECTORY or --url URL.`);
  return checkedAddress(address);
}

/** As whoever SLIPWAY_TOKEN says, then as whoever has logged in there, then (on this machine) as its owner. @throws CliError */
export async function connectionOf(needs: Needs, options: WhereOptions): Promise<Connection> {
  const address = await addressOf(needs, options);
  const home = homeOf(needs, options);
  const isElsewhere = urlOf(needs, options) !== undefined;
  const given = needs.env.SLIPWAY_TOKEN || undefined;
  const token = given ?? (await loggedIn(needs, home, address)) ?? (isElsewhere ? null : await oneLine(needs, join(home, 'token')));
  if (token !== null && token !== '') return { address, token, home: isElsewhere ? null : home };
  throw new CliError(EXIT.unauthenticated, isElsewhere
    ? `Nobody is logged in at ${address} from here. Log in: slipway login --url ${address}; or set SLIPWAY_TOKEN. It is no option, so that other users of this machine cannot see it.`
    : `There is no token in ${join(home, 'token')}. "slipway up" makes one at its first start; or set SLIPWAY_TOKEN.`);
}

/** A session that has ended is said, and not passed over: whoever goes on would go on as somebody else. */
async function loggedIn(needs: Needs, home: string, address: string): Promise<string | undefined> {
  const kept = await keptSession(needs, home, address);
  if (kept === undefined || kept.expiresAt > needs.now()) return kept?.token;
  throw new CliError(EXIT.unauthenticated, `Your log-in at ${address} as ${kept.identity} has ended. Log in again: slipway login; or forget it: slipway logout.`);
}

/** The token is sent over https, or to this machine. */
function checkedAddress(text: string): string {
  if (!URL.canParse(text)) throw new CliError(EXIT.usage, `"${text}" is no URL. Give one such as https://deploy.example.com or http://127.0.0.1:7420.`);
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new CliError(EXIT.usage, `${text} is neither http nor https.`);
  if (url.username !== '' || url.password !== '') throw new CliError(EXIT.usage, 'The URL holds a name or password. Put the token in SLIPWAY_TOKEN instead.');
  if (url.protocol === 'http:' && !isLoopback(text)) throw new CliError(EXIT.usage, `${url.host} is another machine, and over plain http anybody on the way could read the token. Use https.`);
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

async function oneLine(needs: Pick<CliNeeds, 'files'>, path: string): Promise<string | null> {
  const text = await readOr(needs, path);
  return text === null ? null : text.trim();
}

async function readOr(needs: Pick<CliNeeds, 'files'>, path: string): Promise<string | null> {
  try {
    return await needs.files.read(path, SMALL_FILE_BYTES);
  } catch (error) {
    throw new CliError(EXIT.unauthenticated, `${path} cannot be read: ${messageOf(error)}. Run the command as the user who ran "slipway up".`, { cause: error });
  }
}
