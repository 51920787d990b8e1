/** `slipway session`: who is logged in, who was, and ending it. */
import * as z from 'zod';
import { LogInRecord } from '../../domain/log-in-record.ts';
import { SessionShown } from '../../domain/session.ts';
import { shown } from '../answers/text.ts';
import { CliError, EXIT } from '../exit.ts';
import { example, runs, type Host } from '../session.ts';
import { table } from '../text/cells.ts';

const Revoked = z.object({ revoked: z.boolean() });
const RevokedAll = z.object({ revoked: z.number(), sessions: z.number() });
const time = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');

export function addSession(host: Host): void {
  const command = host.program.command('session').summary('who is logged in').helpGroup('The installation:').description('Sessions: log-ins of the console and of "slipway login". Each ends by itself 12 hours after its log-in, whatever is done with it.');
  example(command, 'slipway session list');
  addList(host, command);
  addRevoke(host, command);
  addLog(host, command);
}

function addList(host: Host, parent: Host['program']): void {
  const command = parent.command('list').description('Lists your open sessions; those of others for owners only.').option('--of <name>', 'of somebody else').option('--all', 'of everybody');
  example(command, 'slipway session list', 'slipway session list --all');
  runs<{ of?: string; all?: boolean }>(host, command, async (session, { of, all }) => {
    if (of !== undefined && all === true) throw new CliError(EXIT.usage, 'Give either --of or --all.');
    const name = all === true ? 'everybody' : of;
    const { value, raw } = await (await session.connect()).get(`/v1/sessions${name === undefined ? '' : `?of=${encodeURIComponent(name)}`}`, z.array(shown(SessionShown)));
    session.answer(raw, () => (value.length === 0 ? ['There is no open session.'] : table([['SESSION', 'NAME', 'BY', 'AT', 'FROM', 'SINCE', 'ENDS'].map((title) => session.style('quiet', title)), ...value.map((one) => [one.id, one.identity, one.origin, one.client, one.from, time(one.openedAt), time(one.endsAt)])])));
  });
}

function addRevoke(host: Host, parent: Host['program']): void {
  const command = parent.command('revoke').description('Ends one session, at once; with --of, tokens and sessions of somebody, all of them. Sessions of others are for owners only.').argument('[session]', 'its name, as "slipway session list" says it').option('--of <name>', 'everything of somebody');
  example(command, 'slipway session revoke 5f1c0e8a9b7d4c3e2f1a0b9c8d7e6f5a', 'slipway session revoke --of anna');
  runs<{ of?: string }>(host, command, async (session, { of }, id = '') => {
    if ((of === undefined) === (id === '')) throw new CliError(EXIT.usage, 'Name either a session, or with --of whose tokens and sessions: slipway session list shows them.');
    const client = await session.connect();
    if (of !== undefined) {
      const { value, raw } = await client.delete(`/v1/tokens/${encodeURIComponent(of)}`, RevokedAll);
      return session.answer(raw, () => [`${value.sessions} sessions of ${of} have ended, and ${value.revoked} tokens are taken away.`]);
    }
    const { value, raw } = await client.delete(`/v1/sessions/${encodeURIComponent(id)}`, Revoked);
    session.answer(raw, () => [value.revoked ? `The session ${id} has ended.` : `The session ${id} had ended before.`]);
  });
}

function addLog(host: Host, parent: Host['program']): void {
  const command = parent.command('log').description('Lists who logged in, who was refused, and what was ended and given, newest first. For owners.').option('--limit <number>', 'so many, 1 to 1000', '50');
  example(command, 'slipway session log --limit 20');
  runs<{ limit: string }>(host, command, async (session, { limit }) => {
    if (!/^[1-9]\d{0,2}$|^1000$/.test(limit)) throw new CliError(EXIT.usage, '--limit is a number from 1 to 1000.');
    const { value, raw } = await (await session.connect()).get(`/v1/log-ins?limit=${limit}`, z.array(shown(LogInRecord)));
    session.answer(raw, () => table([['TIME', 'WHAT', 'NAME', 'BY', 'WITH', 'AT', 'FROM', 'WHY'].map((title) => session.style('quiet', title)), ...value.map((one) => [time(one.at), one.event, one.identity ?? '-', one.by === null || one.by === one.identity ? '' : one.by, one.origin ?? '', one.client ?? '', one.from, one.why])]));
  });
}
