/** Numbers in the sentences of a verdict. */
import type { Evidence, MetricEvidence } from './judge.ts';

/** 0.0123 -> `1.23 %`; `none` where there was nothing to have a rate of. */
export function percent(rate: number | null): string {
  return rate === null ? 'none' : `${Math.round(rate * 10_000) / 100} %`;
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
