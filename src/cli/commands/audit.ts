/** `slipway audit`: who changed what is asked for, when and why. */
import { AuditLine } from '../../contracts/api/audit.ts';
import * as z from 'zod';
import { Line, shown } from '../answers/text.ts';
import { environmentOption, serviceName, wholeNumber } from '../arguments.ts';
import { example, runs, type Host, type Session } from '../session.ts';
import { table } from '../text/cells.ts';
import { placePath } from './place-path.ts';

const Entries = z.array(z.object({ at: z.number(), by: Line, why: Line, generation: z.number(), commit: Line.nullable() }));
const SHOWN = 50;

interface Options {
  readonly environment?: string;
  readonly limit: number;
  readonly team?: string;
  readonly by?: string;
  readonly since?: string;
  readonly until?: string;
}

export function addAudit(host: Host): void {
  const command = host.program.command('audit').summary('who changed what, and why').helpGroup('The installation:')
    .description('Every change of what is asked for, newest first: everywhere, or of a service. With a service, an environment and --json also what it was before and after.')
    .argument('[service]', 'only this one', serviceName).addOption(environmentOption(false)).option('--team <team>', 'only services of this team').option('--by <name>', 'only what they changed')
    .option('--since <time>', 'only from then on, for example 2026-11-20T10:00:00Z; else the last 30 days').option('--until <time>', 'only until then').option('--limit <n>', 'as many as this', wholeNumber(1, 1000), SHOWN);
  example(command, 'slipway audit catalog --environment production', 'slipway audit --by anna --since 2026-11-20T00:00:00Z');
  runs<Options>(host, command, async (session, options, service) => {
    const { environment, limit, team, by, since, until } = options;
    const client = await session.connect();
    const isOnePlace = service !== undefined && service !== '' && environment !== undefined && [team, by, since, until].every((filter) => filter === undefined);
    if (isOnePlace) {
      const { value, raw } = await client.get(`${placePath(service, environment)}/audit?limit=${limit}`, Entries);
      return session.answer(raw, () => lines(session, value, []));
    }
    const given = { service: service === '' ? undefined : service, environment, limit: String(limit), team, by, since, until };
    const query = new URLSearchParams(Object.fromEntries(Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined)));
    const { value, raw } = await client.get(`/v1/audit?${query.toString()}`, shown(z.array(AuditLine)));
    const found = value.slice(0, limit);
    return session.answer(raw, () => lines(session, found, found.map((line) => `${line.service}/${line.environment}`)));
  });
}

/** @param places one for each entry, or none where all are of one place */
function lines({ style }: Session, entries: z.infer<typeof Entries>, places: readonly string[]): string[] {
  if (entries.length === 0) return ['Nothing was ever asked for there.'];
  return table([
    ['WHEN', 'WHO', ...(places.length === 0 ? [] : ['WHERE']), 'WHY', 'GENERATION', 'COMMIT'].map((title) => style('quiet', title)),
    ...entries.map((entry, index) => [new Date(entry.at).toISOString(), entry.by, ...(places.length === 0 ? [] : [places[index] ?? '']), entry.why, String(entry.generation), entry.commit?.slice(0, 12) ?? '-']),
  ]);
}
