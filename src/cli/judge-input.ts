/** What `slipway judge` and `slipway judge calibrate` are given: recorded ticks, a rule, times. */
import { parseManifest, renderIssue } from '../contracts/manifest-file.ts';
import { parseRecordedTicks } from '../contracts/recorded-ticks.ts';
import { Duration } from '../domain/duration.ts';
import type { RecordedTick } from '../domain/judge/replay.ts';
import { JudgeRule } from '../domain/manifest.ts';
import { readable } from './arguments.ts';
import { CliError, EXIT } from './exit.ts';
import type { Session } from './session.ts';

/** A day of ticks each second with latencies is about 60 MB. */
const INPUT_BYTES_MAX = 256 * 1024 * 1024;
const MANIFEST_BYTES_MAX = 1024 * 1024;

/** @throws CliError with every bad line: file, line, reason */
export async function recordedTicks({ needs }: Session, path: string): Promise<readonly RecordedTick[]> {
  const parsed = parseRecordedTicks(await readable(needs.files.read(path, INPUT_BYTES_MAX), path));
  if (parsed.ok) return parsed.ticks;
  throw new CliError(EXIT.failed, `${path} cannot be judged. Correct these lines; nothing of it was read.`, { details: parsed.issues.map(({ line, reason }) => `${path}:${line}: ${reason}`) });
}

export async function ruleOf({ needs }: Session, path: string | undefined): Promise<JudgeRule> {
  if (path === undefined) return JudgeRule.parse({});
  const text = await readable(needs.files.read(path, MANIFEST_BYTES_MAX), path);
  const parsed = parseManifest(text, path);
  if (parsed.ok) return parsed.manifest.canary.judge;
  throw new CliError(EXIT.failed, `${path} has mistakes.`, { details: parsed.issues.map((issue) => renderIssue(issue, text)) });
}

export function secondsOf(text: string): number {
  const parsed = Duration.safeParse(text);
  if (parsed.success && parsed.data > 0) return parsed.data;
  throw new CliError(EXIT.usage, `"${text}" is no time: use a duration such as 30s, 10m or 24h.`);
}
