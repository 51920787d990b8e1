/** What a parallel run has found: counts, the fields that differ, examples. */
import { percent } from '../../domain/judge/wording.ts';
import type { ParallelRun } from '../answers/evidence.ts';
import { count } from '../text/time.ts';

const FIELDS_SHOWN = 10;

export function parallelRunLines(where: string, { earlier, report, verdict, recording }: ParallelRun): string[] {
  const sum = (of: 'compared' | 'dropped' | 'unanswered') => earlier[of] + report[of];
  const compared = sum('compared');
  const left = [...(sum('dropped') > 0 ? [`${sum('dropped')} dropped`] : []), ...(sum('unanswered') > 0 ? [`${sum('unanswered')} that the stable revision did not answer`] : [])];
  return [
    `${where}, parallel run: ${verdict.kind}: ${verdict.reason}`,
    `  ${count(compared, 'request')} compared${recording === undefined ? '' : `, of the recording ${recording}`}${left.length === 0 ? '' : `, ${left.join(', ')}`}`,
    ...fieldLines(earlier, report, compared),
    ...[...earlier.examples, ...report.examples].map(({ field, request, stable, candidate }) => `  for example ${request}: ${field} was ${stable ?? 'absent'}, the candidate has ${candidate ?? 'absent'}`),
  ];
}

function fieldLines(earlier: ParallelRun['report'], report: ParallelRun['report'], compared: number): string[] {
  const names = [...new Set([...Object.keys(earlier.fields), ...Object.keys(report.fields)])];
  const none = { candidate: 0, stable: 0, both: 0 };
  const rows = names.map((field) => {
    const [one, other] = [earlier.fields[field] ?? none, report.fields[field] ?? none];
    return { field, candidate: one.candidate + one.both + other.candidate + other.both, stable: one.stable + one.both + other.stable + other.both };
  }).sort((one, other) => other.candidate - other.stable - (one.candidate - one.stable));
  const shown = rows.slice(0, FIELDS_SHOWN).map(({ field, candidate, stable }) => `  ${field} differs in ${percent(candidate / compared)}, the stable revision from itself in ${percent(stable / compared)}`);
  return [...shown, ...(rows.length > FIELDS_SHOWN ? [`  and ${count(rows.length - FIELDS_SHOWN, 'more field')}`] : [])];
}
