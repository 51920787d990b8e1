/** `slipway audit`: who changed what is asked for, when and why. */
import * as z from 'zod';
import { Line } from '../answers/text.ts';
import { environmentOption, serviceName, wholeNumber } from '../arguments.ts';
import { example, runs, type Host } from '../session.ts';
import { table } from '../text/cells.ts';
import { placePath } from './place-path.ts';

const Entries = z.array(z.object({ at: z.number(), by: Line, why: Line, generation: z.number(), commit: Line.nullable() }));
const SHOWN = 50;

export function addAudit(host: Host): void {
  const command = host.program.command('audit').summary('who changed what, and why').helpGroup('The installation:')
    .description('Every change of what is asked for in an environment, newest first. With --json also what it was before and after.')
    .argument('<service>', 'the service', serviceName).addOption(environmentOption(true)).option('--limit <n>', 'as many as this', wholeNumber(1, 1000), SHOWN);
  example(command, 'slipway audit catalog --environment production');
  runs<{ environment: string; limit: number }>(host, command, async (session, { environment, limit }, service) => {
    const { value, raw } = await (await session.connect()).get(`${placePath(service, environment)}/audit?limit=${limit}`, Entries);
    session.answer(raw, () => (value.length === 0 ? ['Nothing was ever asked for there.'] : table([
      ['WHEN', 'WHO', 'WHY', 'GENERATION', 'COMMIT'].map((title) => session.style('quiet', title)),
      ...value.map((entry) => [new Date(entry.at).toISOString(), entry.by, entry.why, String(entry.generation), entry.commit?.slice(0, 12) ?? '-']),
    ])));
  });
}
