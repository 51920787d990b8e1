/** Numbers in the sentences of a verdict. */
import type { Evidence, MetricEvidence } from './judge.ts';

/** Less than this says no more than that there was something, in percent. */
const LITTLE = 0.0001;

/**
 * 0.0123 -> `1.23 %`, 0.00004 -> `0.004 %`: what there was is never `0 %`. `none` where there was nothing to have a rate of. The one way to say a rate, in
 * verdicts, the command line and Slack; the console has the same.
 */
export function percent(rate: number | null): string {
  if (rate === null) return 'none';
  const value = rate * 100;
  if (value === 0) return '0 %';
  if (value < LITTLE) return `under ${LITTLE} %`;
  return `${value >= 0.1 ? Math.round(value * 100) / 100 : Number(value.toPrecision(2))} %`;
}

/** Over it nobody can tell one from another. */
const LOG_MANY = Math.log(1e6);

/** exp of a log e-value for people: 98.2 -> `98`, e^40 -> `more than a million`. Programs find the logarithm in the evidence. */
export function eValue(logE: number): string {
  if (logE > LOG_MANY) return 'more than a million';
  const odds = Math.exp(logE);
  return String(odds < 10 ? Math.round(odds * 100) / 100 : Math.round(odds));
}

/** `failures: 9 of 1000 (0.9 %) on the candidate, 8 of 9000 (0.09 %) on the stable revision`. */
export function rates({ name, candidate, stable, over }: MetricEvidence, from: Evidence['stableFrom']): string {
  const arm = ({ bad, total, rate }: { bad: number; total: number; rate: number | null }): string => `${bad} of ${total} (${percent(rate)})`;
  const limit = (bound: number | undefined): string => (bound === undefined ? '' : ` over ${bound}${name.startsWith('latency.') ? ' ms' : ''}`);
  const other = stable !== null ? `, ${arm(stable)} on the stable revision${limit(over?.stable)}` : from === null ? '' : `, against the stable revision's rate of ${from}`;
  return `${name}: ${arm(candidate)} on the candidate${limit(over?.candidate)}${other}`;
}
