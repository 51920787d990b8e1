/** `slipway token`: who may use the API of this machine's control plane. */
import * as z from 'zod';
import { Line } from '../answers/text.ts';
import { example, runs, type Host } from '../session.ts';
import { table } from '../text/cells.ts';
import { count } from '../text/time.ts';

const Made = z.object({ identity: Line, token: z.string() });
const Tokens = z.array(z.object({ identity: Line, createdAt: z.number() }));
const Revoked = z.object({ revoked: z.number(), sessions: z.number().default(0) });

export function addToken(host: Host): void {
  const token = host.program.command('token').summary('who may use the control plane').helpGroup('The installation:').description('Tokens for people: approvals count for the one whose token is used. Only the owner may give and take them.');
  example(token, 'slipway token add anna');
  addAdd(host, token);
  addList(host, token);
  addRevoke(host, token);
}

function addAdd(host: Host, token: Host['program']): void {
  const command = token.command('add').description('Makes a token for somebody and prints it, this once. Its holder sets SLIPWAY_URL and SLIPWAY_TOKEN.').argument('<name>', 'their name, as approvers are named');
  example(command, 'slipway token add anna');
  runs(host, command, async (session, _options, identity) => {
    const { value, raw } = await (await session.connect()).post('/v1/tokens', { identity }, Made);
    session.answer(raw, () => [value.token]);
  });
}

function addList(host: Host, token: Host['program']): void {
  const command = token.command('list').description('Lists who has a token, and since when.');
  example(command, 'slipway token list');
  runs(host, command, async (session) => {
    const { value, raw } = await (await session.connect()).get('/v1/tokens', Tokens);
    session.answer(raw, () => table([['NAME', 'SINCE'].map((title) => session.style('quiet', title)), ...value.map((entry) => [entry.identity, new Date(entry.createdAt).toISOString()])]));
  });
}

function addRevoke(host: Host, token: Host['program']): void {
  const command = token.command('revoke').description('Takes all tokens of somebody away, at once, and ends their sessions.').argument('<name>', 'their name');
  example(command, 'slipway token revoke anna');
  runs(host, command, async (session, _options, identity) => {
    const { value, raw } = await (await session.connect()).delete(`/v1/tokens/${encodeURIComponent(identity ?? '')}`, Revoked);
    session.answer(raw, () => [`${value.revoked === 0 ? `${identity ?? ''} had no token.` : `${count(value.revoked, 'token')} of ${identity ?? ''} taken away.`}${value.sessions === 0 ? '' : ` ${count(value.sessions, 'session')} ended.`}`]);
  });
}
