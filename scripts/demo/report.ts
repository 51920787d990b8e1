/** The report: what was measured and what held, for people and as JSON. */
import type { Check } from './checks.ts';
import type { PhaseCounts } from './load/counts.ts';
import type { Story } from './say.ts';

/** Filled by the steps; a part that is missing was not reached. Durations in the unit of their name. */
export interface Measured {
  firstReleaseSeconds?: number;
  goodPipeline?: string;
  split?: { configuredPercent: number; observedPercent: number; requests: number };
  killedInstance?: { detectMs: number; servingMs: number; requests: number; failures: number };
  badRelease?: { detectSeconds: number; rolledBackSeconds: number; requests: number; badAnswers: number; verdict: string };
  controlPlane?: { answeringMs: number; resumedMs: number; requests: number; failures: number; instances: number };
}

export interface Report {
  readonly ok: boolean;
  readonly seconds: number;
  readonly directory: string;
  readonly platform: string;
  readonly node: string;
  readonly skipped: readonly string[];
  readonly error: string | null;
  readonly measured: Measured;
  readonly phases: readonly PhaseCounts[];
  readonly services: readonly { readonly service: string; readonly environment: string; readonly version: string; readonly healthy: number; readonly weights: Readonly<Record<string, number>>; readonly url: string | null }[];
  readonly checks: readonly Check[];
}

/** Columns as wide as their widest cell; numbers and times to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_cell, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const numeric = (cell: string): boolean => /^(?:-|[\d.]+(?: m?s)?)$/.test(cell);
  return rows.map((row) => row.map((cell, column) => (column > 0 && numeric(cell) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0))).join('  ').trimEnd());
}

const REASON_CHARACTERS = 60;
const ms = (value: number | null): string => (value === null ? '-' : value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`);

const reasonsOf = ({ reasons }: PhaseCounts): string => Object.entries(reasons).map(([reason, count]) => `${count} x ${reason.slice(0, REASON_CHARACTERS)}`).join(', ');

function measuredRows({ firstReleaseSeconds, split, killedInstance, badRelease, controlPlane }: Measured): string[][] {
  return [
    ...(firstReleaseSeconds === undefined ? [] : [['first release of all services', `${firstReleaseSeconds.toFixed(1)} s`]]),
    ...(split === undefined ? [] : [['share of the canary', `${split.observedPercent.toFixed(2)} %, configured ${split.configuredPercent} %`]]),
    ...(killedInstance === undefined ? [] : [['killed instance: noticed', ms(killedInstance.detectMs)], ['killed instance: serving again', ms(killedInstance.servingMs)]]),
    ...(badRelease === undefined ? [] : [
      ['bad release: first error to verdict', `${badRelease.detectSeconds.toFixed(1)} s`], ['bad release: first error to 100/0', `${badRelease.rolledBackSeconds.toFixed(1)} s`],
      ['bad release: errors that clients saw', `${badRelease.badAnswers} of ${badRelease.requests} requests`],
    ]),
    ...(controlPlane === undefined ? [] : [['killed control plane: answering again', ms(controlPlane.answeringMs)], ['killed control plane: pipeline goes on', ms(controlPlane.resumedMs)]]),
  ];
}

export function printReport(story: Story, report: Report): void {
  const { plain, paint } = story;
  const section = (title: string, lines: readonly string[]): void => {
    if (lines.length === 0) return;
    plain(`\n${paint('bold', title)}`);
    for (const line of lines) plain(`  ${line}`);
  };
  section('Requests', report.phases.length === 0 ? [] : table([['phase', 'requests', 'failures', 'p50', 'p99', ''], ...report.phases.filter(({ requests }) => requests > 0).map((phase) => [phase.phase, String(phase.requests), String(phase.failures), ms(phase.p50Ms), ms(phase.p99Ms), reasonsOf(phase)])]));
  section('Times and shares', table(measuredRows(report.measured)));
  section('Services', report.services.length === 0 ? [] : table([['service', 'environment', 'version', 'healthy', 'address'], ...report.services.map(({ service, environment, version, healthy, url }) => [service, environment, version, String(healthy), url ?? '-'])]));
  const failed = report.checks.filter(({ ok }) => !ok);
  section('Checks', [`${report.checks.length - failed.length} ok, ${failed.length} failed`, ...failed.map(({ step, name, seen }) => paint('red', `FAILED  ${step.trim().split(/\s+/)[0]}: ${name} (${seen})`))]);
  for (const skipped of report.skipped) plain(`  ${paint('yellow', 'left out')}  ${skipped}`);
  if (report.error !== null) plain(`\n${paint('red', report.error)}`);
  const verdict = report.ok ? paint('green', 'All of it held') : paint('red', 'Not all of it held');
  plain(`\n${paint('bold', verdict)}, in ${report.seconds.toFixed(0)} s.`);
}
