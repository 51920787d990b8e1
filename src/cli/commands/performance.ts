/** `slipway performance`: how well a team delivers. */
import { percent } from '../../domain/judge/wording.ts';
import type * as z from 'zod';
import { DeliveryAnswer } from '../../contracts/api/delivery.ts';
import { shown } from '../answers/text.ts';
import { wholeNumber } from '../arguments.ts';
import { example, runs, type Host } from '../session.ts';
import { table } from '../text/cells.ts';
import { count, span } from '../text/time.ts';

export function addPerformance(host: Host): void {
  const command = host.program.command('performance').summary('how well a team delivers').helpGroup('The installation:')
    .description('Shows the four measures of DORA for a team\'s services in production: how often changes are deployed, how long a commit takes, how many changes are taken back, and how long that takes.')
    .argument('<team>', 'the team, as slipway.yaml names it').option('--days <number>', 'of so many days', wholeNumber(1, 366), 30);
  example(command, 'slipway performance shop', 'slipway performance shop --days 90 --json');
  runs<{ days: number }>(host, command, async (session, { days }, team) => {
    const { value, raw } = await (await session.connect()).get(`/v1/teams/${encodeURIComponent(team ?? '')}/delivery?days=${days}`, shown(DeliveryAnswer));
    session.answer(raw, () => lines(value, days));
  });
}

const duration = (seconds: number | null): string => (seconds === null ? 'no data' : span(seconds));

function lines({ team, services, deploymentFrequency, leadTime, changeFailureRate, timeToRestore, truncated }: z.output<typeof DeliveryAnswer>, days: number): string[] {
  const spread = (measure: { medianSeconds: number | null; p90Seconds: number | null }) => `${duration(measure.medianSeconds)}${measure.p90Seconds === null ? '' : `, nine in ten within ${duration(measure.p90Seconds)}`}`;
  return [
    `${team}: ${count(services.length, 'service')}, ${count(days, 'day')}`,
    ...table([
      ['  deployment frequency', `${Number(deploymentFrequency.perDay.toFixed(2))} a day`, count(deploymentFrequency.deployments, 'deployment')],
      ['  lead time', spread(leadTime), count(leadTime.changes, 'change')],
      ['  change failure rate', changeFailureRate.rate === null ? 'no data' : percent(changeFailureRate.rate), `${changeFailureRate.failed} of ${count(changeFailureRate.changes, 'change')}`],
      ['  time to restore', spread(timeToRestore), count(timeToRestore.failures, 'failure')],
    ]),
    ...(truncated ? ['There were more pipelines than are looked at; the figures are of the newest. Ask for fewer days.'] : []),
  ];
}
