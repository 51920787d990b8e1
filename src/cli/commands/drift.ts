/** `slipway drift`: what is not as it was asked for. */
import type * as z from 'zod';
import { Reconciled } from '../answers/installation.ts';
import { harmless } from '../answers/text.ts';
import { EXIT } from '../exit.ts';
import { example, runs, type Host } from '../session.ts';
import { table } from '../text/cells.ts';
import { count } from '../text/time.ts';

export function addDrift(host: Host): void {
  const command = host.program.command('drift').summary('what is not as it was asked for').helpGroup('What runs:')
    .description('Looks everywhere now and compares it with what is asked for; exit 1 when something differs. With --repair it is repaired at once.')
    .option('--repair', 'repair it');
  example(command, 'slipway drift', 'slipway drift --repair');
  runs<{ repair?: boolean }>(host, command, async (session, { repair }) => {
    const client = await session.connect();
    const { value, raw } = repair === true ? await client.post('/v1/reconcile', {}, Reconciled) : await client.get('/v1/drift', Reconciled);
    session.answer(raw, () => lines(value, repair === true));
    return value.failed.length > 0 || (repair !== true && value.drifted.length > 0) ? EXIT.failed : EXIT.ok;
  });
}

/** Healthy instances are not ended for symmetry: this is said, and left. */
const isLeft = ({ kind, ...rest }: { kind: string }): boolean => kind === 'zone' && 'problem' in rest && rest.problem === 'uneven';

function lines({ looked, drifted, repairs, failed }: z.infer<typeof Reconciled>, repair: boolean): string[] {
  const toDo = drifted.every(({ drifts }) => drifts.every(isLeft)) ? 'which repair leaves as it is: the next release spreads its instances anew' : repair ? `${count(repairs, 'repair')} begun` : 'repair it now: slipway drift --repair';
  const found = drifted.length === 0 ? 'everything is as it was asked for' : `${drifted.length} drifted, ${toDo}`;
  return [
    ...table(drifted.flatMap(({ service, environment, drifts }) => drifts.map(({ kind, ...rest }) => [service, environment, kind, harmless(JSON.stringify(rest))]))),
    `Looked at ${count(looked, 'place')}: ${found}.`,
    ...failed.map((target) => `The target ${target} did not answer. Its services are looked at again in the next pass.`),
  ];
}
