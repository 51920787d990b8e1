/** What comes of a run: what the program in CodeBuild wrote, or, where it did not get that far, what CodeBuild says. */
import * as z from 'zod';
import { Digest } from '../../../domain/ids.ts';
import { BUILD_STEPS, type BuildOutcome } from '../../../ports/builder.ts';
import type { CommandOutcome } from '../../../ports/commands.ts';
import type { Run } from '../calls/signed-builds.ts';

const seconds = z.number().min(0);
export const BuildResult = z.discriminatedUnion('status', [
  z.object({ status: z.literal('succeeded'), digest: Digest, bytes: z.int().min(0), log: Digest.nullable(), seconds }),
  z.object({ status: z.literal('failed'), step: z.enum([...BUILD_STEPS, 'timeout']), message: z.string(), log: Digest.nullable(), tail: z.string(), seconds }),
]);
export const CommandResult = z.object({ passed: z.boolean(), seconds, detail: z.string(), tail: z.string() });

export type EndedRun = Pick<Run, 'buildStatus' | 'startTime' | 'endTime' | 'phases' | 'logs'>;

const TAIL_CHARACTERS = 4096;
const DETAIL_CHARACTERS = 20_000;
const secondsOf = ({ startTime, endTime }: EndedRun): number => (startTime === undefined || endTime === undefined ? 0 : Math.max(0, (endTime.getTime() - startTime.getTime()) / 1000));

/** CodeBuild's own words for a run that left no result. */
function reasonOf({ buildStatus, phases, logs }: EndedRun): string {
  const failed = (phases ?? []).find(({ phaseStatus }) => phaseStatus !== undefined && !['SUCCEEDED', 'IN_PROGRESS'].includes(phaseStatus));
  const said = (failed?.contexts ?? []).flatMap(({ statusCode, message }) => [statusCode, message].filter((text) => text !== undefined && text !== '')).join(': ').slice(0, 1000);
  const log = typeof logs?.deepLink !== 'string' ? '' : ` Its log: ${logs.deepLink}`;
  return `CodeBuild ended it with ${buildStatus ?? 'no status'}${failed?.phaseType === undefined ? '' : ` in ${failed.phaseType}`} and it left no result${said === '' ? '' : ` (${said})`}.${log}`;
}

/** @param document what lies in the bucket as its result; undefined for nothing that can be read */
export function buildOutcome(run: EndedRun, document: unknown, limitSeconds: number): BuildOutcome {
  const startedAt = run.startTime?.getTime() ?? 0;
  const result = BuildResult.safeParse(document).data;
  if (result?.status === 'succeeded') return { status: 'succeeded', digest: result.digest, bytes: result.bytes, log: result.log, startedAt, seconds: result.seconds };
  if (result !== undefined) return { status: 'failed', step: result.step, message: result.message.slice(0, 4000), log: result.log, tail: result.tail.slice(-TAIL_CHARACTERS), startedAt, seconds: result.seconds };
  const failed = (step: BuildOutcome & { status: 'failed' } extends { step: infer S } ? S : never, message: string): BuildOutcome => ({ status: 'failed', step, message, log: null, tail: '', startedAt, seconds: secondsOf(run) });
  if (run.buildStatus === 'STOPPED') return failed('cancelled', 'The build was cancelled and ended with all it had started. Start it again when it is wanted.');
  if (run.buildStatus === 'TIMED_OUT') return failed('timeout', `The build took longer than its limit of ${limitSeconds} s, or waited too long for a machine, and was ended. ${reasonOf(run)}`);
  return failed('build', `${reasonOf(run)} Look whether it uses up the machine's memory, then push again.`);
}

/** What a build says of its artifact does not hold. */
export const unproven = (outcome: BuildOutcome & { status: 'succeeded' }): BuildOutcome => ({
  status: 'failed', step: 'pack', message: `The build says that it stored ${outcome.digest}, and the bucket does not have those bytes under that name. Push again; look who else writes to the bucket.`,
  log: outcome.log, tail: '', startedAt: outcome.startedAt, seconds: outcome.seconds,
});

export function commandOutcome(run: EndedRun, document: unknown): CommandOutcome {
  const result = CommandResult.safeParse(document).data;
  if (result !== undefined) return { passed: result.passed, seconds: result.seconds, detail: (result.tail === '' ? result.detail : `${result.detail}\n${result.tail}`).slice(0, DETAIL_CHARACTERS) };
  if (run.buildStatus === 'STOPPED') return { passed: false, seconds: secondsOf(run), detail: 'The command was cancelled and ended with all it had started.' };
  return { passed: false, seconds: secondsOf(run), detail: reasonOf(run) };
}
