/** `slipway login`, `slipway logout`: a session of one's own, by the company's identity provider. */
import * as z from 'zod';
import { Line } from '../answers/text.ts';
import { createClient, type Client } from '../client.ts';
import { addressOf } from '../connection.ts';
import { CliError, EXIT } from '../exit.ts';
import { keepSession, keptSession } from '../kept-sessions.ts';
import { browserLogIn, type ProviderPage } from '../provider-log-in.ts';
import { example, runs, type GlobalOptions, type Host, type Session } from '../session.ts';

const WITHIN_MS = 5 * 60_000;
const How = z.object({ provider: z.object({ issuer: Line, authorizationEndpoint: z.url({ protocol: /^https?$/ }), scopes: z.array(z.string()), clients: z.object({ 'command-line': z.string() }) }).nullable() });
const Opened = z.object({ identity: Line, token: z.string(), expiresAt: z.number() });

export function addLogin(host: Host): void {
  const command = host.program.command('login').summary('log in by your company\'s identity provider').helpGroup('The installation:')
    .description('Opens the identity provider\'s page in your browser, and keeps the session that comes of it, for 12 hours at most, in a file that only you can read. The browser must be on this machine. SLIPWAY_TOKEN, where it is set, wins over it.')
    .option('--print', 'print the address instead of opening it');
  example(command, 'slipway login --url https://deploy.example.com');
  runs<GlobalOptions & { readonly print?: boolean }>(host, command, async (session, options) => {
    const address = await addressOf(session.needs, options);
    const client = createClient(session.needs, { address, token: null, home: null });
    const brought = await browserLogIn(await pageOf(client), (page) => shown(session, page, options.print === true), AbortSignal.timeout(WITHIN_MS));
    const { value } = await client.post('/v1/log-in', { with: 'code', client: 'command-line', ...brought }, Opened);
    await keepSession(session.needs, session.home, address, { token: value.token, identity: value.identity, expiresAt: value.expiresAt });
    const { token: _, ...said } = value;
    session.answer({ address, ...said }, () => [`You are ${value.identity} at ${address} until ${new Date(value.expiresAt).toISOString()}.`]);
  });
}

export function addLogout(host: Host): void {
  const command = host.program.command('logout').summary('end the session of "slipway login"').helpGroup('The installation:').description('Ends the session at the control plane, and forgets it here.');
  example(command, 'slipway logout --url https://deploy.example.com');
  runs<GlobalOptions>(host, command, async (session, options) => {
    const address = await addressOf(session.needs, options);
    const kept = await keptSession(session.needs, session.home, address);
    if (kept === undefined) return session.answer({ address, closed: false }, () => [`You are not logged in at ${address}.`]);
    const closed = await closed401(createClient(session.needs, { address, token: kept.token, home: null }));
    await keepSession(session.needs, session.home, address, undefined);
    session.answer({ address, closed }, () => [closed ? `${kept.identity} is logged out at ${address}.` : `The session of ${kept.identity} at ${address} had ended before. It is forgotten here too.`]);
  });
}

/** False when the session had ended before. Any other failure leaves it here, as it is still open there. */
async function closed401(client: Client): Promise<boolean> {
  try {
    return (await client.delete('/v1/session', z.object({ closed: z.boolean() }))).value.closed;
  } catch (error) {
    if (error instanceof CliError && error.exitCode === EXIT.unauthenticated) return false;
    throw error;
  }
}

async function pageOf(client: Client): Promise<ProviderPage> {
  const { provider } = (await client.get('/v1/log-in', How)).value;
  if (provider === null) throw new CliError(EXIT.failed, `Nobody logs in by an identity provider at ${client.connection.address}: its environments.yaml names none with "logIn" (docs/api.md). Set SLIPWAY_TOKEN instead.`);
  return { authorizationEndpoint: provider.authorizationEndpoint, client: provider.clients['command-line'], scopes: provider.scopes };
}

async function shown(session: Session, page: string, isPrinted: boolean): Promise<void> {
  if (!isPrinted && (await session.needs.openAddress(page))) return session.remark('Log in on the page that has opened in your browser.');
  session.remark('Open this address in a browser of this machine:', page);
}
