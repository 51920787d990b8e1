/** What a request for a decision shows. */
import type { Approval } from '../answers/approval.ts';
import type { TestResult } from '../answers/evidence.ts';
import { evidenceLines } from '../text/evidence-lines.ts';
import type { Style } from '../text/style.ts';
import { parallelRunLines } from './parallel-run-lines.ts';
import { clockTime, count, span } from '../text/time.ts';

export function approvalLines({ subject, rule, author, binding, expiresAt, decisions, status }: Approval, style: Style, now: number): string[] {
  const left = (expiresAt - now) / 1000;
  const until = status.kind === 'waiting' ? `; ${left > 0 ? `${span(left)} left` : 'expired'} (${clockTime(expiresAt)}), then ${rule.onTimeout}` : '';
  return [
    style('strong', subject.question),
    `  ${subject.service} ${subject.version} in ${subject.environment} (${subject.deployment})${author === null ? '' : `, by ${author}`}`,
    `  artifact  ${subject.digest}`,
    `  plan      ${subject.planHash}`,
    `  request   ${binding}`,
    ...(subject.url === null ? [] : [`  try it    ${subject.url}`]),
    `  decides   ${rule.count} of ${rule.approvers.join(', ') || 'nobody'}${rule.authorMayApprove ? '' : ', not the author'}${until}`,
    ...decisions.map((decision) => `  ${decision.by} said ${decision.decision}${decision.comment === '' ? '' : `: ${decision.comment}`}`),
    ...subject.checklist.map((item) => `  [ ] ${item}`),
    ...(subject.evidence.tests.length > 0 ? [`  ${testsLine(subject.evidence.tests)}`] : []),
    ...subject.evidence.holds.flatMap((hold) => (hold.parallelRun !== undefined ? parallelRunLines(`${hold.stage}, batch ${hold.batch + 1}`, hold.parallelRun).map((line) => `  ${line}`) : hold.verdict === null ? [`  ${hold.stage}, batch ${hold.batch + 1}: not judged`] : [`  ${hold.stage}, batch ${hold.batch + 1}: ${hold.verdict.kind}: ${hold.verdict.reason}`, ...evidenceLines(hold.verdict).map((line) => `    ${line}`)])),
  ];
}

export function testsLine(tests: readonly TestResult[]): string {
  const failed = tests.filter((test) => test.outcome === 'failed');
  return `tests: ${tests.length - failed.length} of ${count(tests.length, 'test')} passed${failed.length === 0 ? '' : `; failed: ${failed.map((test) => test.name).join(', ')}`}`;
}
