/** `slipway console`: an address of the web console that logs you in, once. */
import * as z from 'zod';
import { LINK_SECONDS } from '../../domain/session.ts';
import type { Client } from '../client.ts';
import { CliError } from '../exit.ts';
import { example, runs, type Host } from '../session.ts';

const Link = z.object({ link: z.string().regex(/^[\x21-\x7e]{1,512}$/) });
/** A session opens no other, and a token of an identity provider opens none here. */
const GIVES_NONE: readonly unknown[] = ['Forbidden', 'NotSupported'];

export function addConsole(host: Host): void {
  const command = host.program.command('console').summary('open the web console, logged in').helpGroup('What runs:')
    .description('Prints an address of the web console that logs you in: once, and within two minutes. What is after the # never leaves the browser.').option('--open', 'open it in the browser of this machine');
  example(command, 'slipway console --open');
  runs<{ open?: boolean }>(host, command, async (session, { open = false }) => {
    const client = await session.connect();
    const link = await logInLink(client);
    const address = `${client.connection.address}/${link === null ? '' : `#log-in=${link}`}`;
    session.answer({ address, logsIn: link !== null, seconds: link === null ? null : LINK_SECONDS }, () => [address]);
    if (link === null) session.remark('Only a token that lasts makes an address that logs in. Log in there, on the page of your identity provider or with its token.');
    else if (!open) session.remark('It works once, within two minutes. With --open it is opened here.');
    if (open && !(await session.needs.openAddress(address))) session.remark('No browser could be started here. Open the address yourself.');
  });
}

/** Null where there is no such address to be had. */
async function logInLink(client: Client): Promise<string | null> {
  try {
    return (await client.post('/v1/log-in-links', {}, Link)).value.link;
  } catch (error) {
    if (error instanceof CliError && GIVES_NONE.includes((error.problem as { title?: unknown } | null)?.title)) return null;
    throw error;
  }
}
