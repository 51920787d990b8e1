/** Runs one command to its outcome. */
import { rm } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { CommandOutcome, CommandRun } from '../../../ports/commands.ts';
import { runCommand } from '../child-processes/command.ts';
import type { JobTurn } from '../child-processes/job-runner.ts';
import { MARKER_VARIABLE } from '../child-processes/processes.ts';
import { type FileNeeds, inputsOf, placeFiles } from './files.ts';
import { createOutputTail } from './output-tail.ts';
import type { CommandRequest } from './record.ts';

/** Nothing of the control plane's own environment. */
function environmentOf(run: CommandRun, path: string, { workspace, marker }: JobTurn<CommandRequest>): Record<string, string> {
  return {
    PATH: [dirname(process.execPath), path].join(delimiter),
    HOME: join(workspace, 'home'),
    TMPDIR: join(workspace, 'tmp'),
    LANG: 'C.UTF-8',
    CI: 'true',
    ...(run.inputs === undefined ? {} : { SLIPWAY_INPUTS: inputsOf(workspace) }),
    ...run.environment,
    [MARKER_VARIABLE]: marker,
  };
}

const rounded = (seconds: number): number => Math.round(seconds * 1000) / 1000;
const messageOf = (error: unknown): string => (typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error));

export const notRun = (reason: string): CommandOutcome => ({ passed: false, seconds: 0, detail: reason });

/** The command's own time counts, not that of the checkout before it. */
async function runIn(directory: string, needs: FileNeeds, turn: JobTurn<CommandRequest>): Promise<CommandOutcome | undefined> {
  const { run } = turn.request;
  const limitMs = Math.min(run.timeoutSeconds * 1000, needs.settings.timeoutMsMax);
  const output = createOutputTail(needs.settings.tailBytes);
  const begun = performance.now();
  const timer = setTimeout(() => turn.stop.abort('timeout'), limitMs);
  const { marker, workspace, onStarted } = turn;
  const environment = environmentOf(run, needs.settings.path, turn);
  const problem = await runCommand({ command: run.command, directory, environment, marker, workspace, onOutput: (chunk) => output.write(chunk), graceMs: needs.settings.graceMs, stop: turn.stop.signal, onStarted }).finally(() => clearTimeout(timer));
  const seconds = rounded((performance.now() - begun) / 1000);
  if (turn.stop.signal.reason === 'closed') return undefined;
  const timedOut = turn.stop.signal.reason === 'timeout';
  const cancelled = turn.stop.signal.reason === 'cancelled';
  const name = run.command.join(' ').slice(0, 200);
  const sentence = timedOut
    ? `${name} took longer than its limit of ${limitMs / 1000} s and was ended with all it had started. Make it faster, or raise its timeout in the manifest.`
    : cancelled ? `${name} was cancelled and ended with all it had started.`
    : problem === null ? `${name} ended with exit code 0.` : `${problem}.`;
  const text = output.text();
  return { passed: problem === null && !timedOut && !cancelled, seconds, detail: text === '' ? sentence : `${sentence}\n${text}` };
}

export const CANCELLED = 'The command was cancelled before it began.';

/** A closing control plane runs it again later; one that was cancelled is over. */
const stoppedBefore = (turn: JobTurn<CommandRequest>): CommandOutcome | undefined => (turn.stop.signal.reason === 'cancelled' ? notRun(CANCELLED) : undefined);

/** @returns undefined when it was stopped because the control plane closes: then there is no outcome yet. */
export async function runOne(needs: FileNeeds, turn: JobTurn<CommandRequest>): Promise<CommandOutcome | undefined> {
  const { run } = turn.request;
  try {
    const directory = await placeFiles(needs, run, turn.workspace, turn.stop.signal);
    return turn.stop.signal.aborted ? stoppedBefore(turn) : await runIn(directory, needs, turn);
  } catch (error) {
    if (turn.stop.signal.aborted) return stoppedBefore(turn);
    return notRun(`${run.command.join(' ').slice(0, 200)} was not run, because its files could not be put in place: ${messageOf(error).slice(0, 4000)}`);
  } finally {
    await rm(turn.workspace, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
  }
}
