/** `slipway console`: an address of the web console that logs you in, once. */
import * as z from 'zod';
import type { Client } from '../client.ts';
import { CliError } from '../exit.ts';
import { example, runs, type Host } from '../session.ts';

/** Long enough for a browser to start. It is exchanged for a session of the tab, and taken away, as soon as the page is there. */
const LOG_IN_SECONDS = 120;
const LogIn = z.object({ token: z.string().regex(/^[\x21-\x7e]{1,16384}$/) });

export function addConsole(host: Host): void {
  const command = host.program.command('console').summary('open the web console, logged in').helpGroup('What runs:')
    .description('Prints an address of the web console that logs you in: once, and within two minutes. What is after the # never leaves the browser.').option('--open', 'open it in the browser of this machine');
  example(command, 'slipway console --open');
  runs<{ open?: boolean }>(host, command, async (session, { open = false }) => {
    const client = await session.connect();
    const token = await logInToken(client);
    const address = `${client.connection.address}/${token === null ? '' : `#log-in=${token}`}`;
    session.answer({ address, logsIn: token !== null, seconds: token === null ? null : LOG_IN_SECONDS }, () => [address]);
    if (token === null) session.remark('This control plane keeps no sessions: log in there with the token of your identity provider.');
    else if (!open) session.remark('It works once, within two minutes. With --open it is opened here.');
    if (open && !(await session.needs.openAddress(address))) session.remark('No browser could be started here. Open the address yourself.');
  });
}

/** Null where identities come from elsewhere (on AWS). */
async function logInToken(client: Client): Promise<string | null> {
  try {
    return (await client.post('/v1/session', { seconds: LOG_IN_SECONDS }, LogIn)).value.token;
  } catch (error) {
    if (error instanceof CliError && (error.problem as { title?: unknown } | null)?.title === 'NotSupported') return null;
    throw error;
  }
}
