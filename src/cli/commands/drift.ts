/** `slipway drift`: what is not as it was asked for. */
import * as z from 'zod';
import { Reconciled } from '../answers/installation.ts';
import { ServiceStatus } from '../answers/place.ts';
import { harmless } from '../answers/text.ts';
import { differences } from '../differences.ts';
import { EXIT } from '../exit.ts';
import { example, runs, type Host } from '../session.ts';
import { table } from '../text/cells.ts';
import { count } from '../text/time.ts';

export function addDrift(host: Host): void {
  const command = host.program.command('drift').summary('what is not as it was asked for').helpGroup('What runs:')
    .description('Compares what is asked for with what was last seen; exit 1 when something differs. With --repair the control plane looks now, everywhere, and repairs.')
    .option('--repair', 'look now and repair');
  example(command, 'slipway drift', 'slipway drift --repair');
  runs<{ repair?: boolean }>(host, command, async (session, { repair }) => {
    const client = await session.connect();
    if (repair === true) {
      const { value, raw } = await client.post('/v1/reconcile', {}, Reconciled);
      session.answer(raw, () => repaired(value));
      return value.failed.length > 0 ? EXIT.failed : EXIT.ok;
    }
    const { value } = await client.get('/v1/services', z.array(ServiceStatus));
    const drifted = value.flatMap(({ service, places }) => places.filter((place) => place.desired?.deployment === null).map((place) => ({ service: service.name, environment: place.environment, differences: differences(place) })).filter((place) => place.differences.length > 0));
    session.answer({ drifted }, () => (drifted.length === 0 ? ['Everything is as it was asked for.'] : [...table(drifted.map((place) => [place.service, place.environment, place.differences.join('; ')])), 'Repair it now: slipway drift --repair']));
    return drifted.length > 0 ? EXIT.failed : EXIT.ok;
  });
}

function repaired({ looked, drifted, repairs, failed }: z.infer<typeof Reconciled>): string[] {
  return [
    ...table(drifted.flatMap(({ service, environment, drifts }) => drifts.map(({ kind, ...rest }) => [service, environment, kind, harmless(JSON.stringify(rest))]))),
    `Looked at ${count(looked, 'place')}: ${drifted.length === 0 ? 'nothing drifted' : `${drifted.length} drifted, ${count(repairs, 'repair')} begun`}.`,
    ...failed.map((target) => `The target ${target} did not answer. Its services are looked at again in the next pass.`),
  ];
}
