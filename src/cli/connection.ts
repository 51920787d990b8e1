/** Which control plane a command talks to, and as whom. */
import { join, resolve } from 'node:path';
import { CliError, EXIT } from './exit.ts';
import { messageOf } from './faults.ts';
import type { CliNeeds } from './needs.ts';

export interface WhereOptions {
  readonly url?: string | undefined;
  readonly home?: string | undefined;
}

export interface Connection {
  /** Without a slash at its end. */
  readonly address: string;
  readonly token: string;
  /** The data directory on this machine; null when a URL was given. */
  readonly home: string | null;
}

const SMALL_FILE_BYTES = 64 * 1024;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|[a-z0-9.-]+\.localhost)$/;

/** Whether only this machine reaches an address. */
export const isLoopback = (address: string): boolean => LOOPBACK.test(new URL(address).hostname);

export const homeOf = (needs: Pick<CliNeeds, 'env' | 'userHome' | 'directory'>, options: WhereOptions): string =>
  resolve(needs.directory, options.home ?? needs.env.SLIPWAY_HOME ?? join(needs.userHome, '.slipway'));

/** `--url`, then `--home`, then SLIPWAY_URL, then SLIPWAY_HOME, then `~/.slipway`. @throws CliError */
export async function connectionOf(needs: Pick<CliNeeds, 'env' | 'userHome' | 'directory' | 'files'>, options: WhereOptions): Promise<Connection> {
  const url = options.url ?? (options.home === undefined ? needs.env.SLIPWAY_URL : undefined);
  if (url !== undefined && url !== '') return remote(url, needs.env.SLIPWAY_TOKEN);
  const home = homeOf(needs, options);
  const address = await oneLine(needs, join(home, 'address'));
  if (address === null) throw new CliError(EXIT.unreachable, `No control plane runs on ${home}: there is no address in it. Start it: slipway up. For one elsewhere give --home DIRECTORY or --url URL.`);
  const token = needs.env.SLIPWAY_TOKEN ?? (await oneLine(needs, join(home, 'token')));
  if (token === null || token === '') throw new CliError(EXIT.unauthenticated, `There is no token in ${join(home, 'token')}. "slipway up" makes one at its first start; or set SLIPWAY_TOKEN.`);
  return { address: checkedAddress(address), token, home };
}

function remote(url: string, token: string | undefined): Connection {
  const address = checkedAddress(url);
  if (token === undefined || token === '') throw new CliError(EXIT.unauthenticated, `A token is needed for ${address}. Set SLIPWAY_TOKEN; it is no option, so that other users of this machine cannot see it.`);
  return { address, token, home: null };
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
