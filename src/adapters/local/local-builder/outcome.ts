/** Runs one build to its outcome. */
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ArtifactStore } from '../../../ports/artifacts.ts';
import type { BuildOutcome, BuildRequest, BuildStep } from '../../../ports/builder.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Sources } from '../../../ports/sources.ts';
import type { JobTurn } from '../child-processes/job-runner.ts';
import { type BuildLog, createBuildLog } from './build-log.ts';
import type { LocalBuilderSettings } from './settings.ts';
import { StepFailed, runSteps } from './steps.ts';

export interface BuildNeeds {
  readonly sources: Pick<Sources, 'fetch' | 'checkout'>;
  readonly artifacts: Pick<ArtifactStore, 'put'>;
  readonly clock: Clock;
  readonly settings: LocalBuilderSettings;
}

export interface OneBuild extends JobTurn<BuildRequest> {
  readonly logPath: string;
}

const TAIL_BYTES = 4096;

async function tailOf(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const length = Math.min(size, TAIL_BYTES);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8').replace(/^\uFFFD+/, '');
  } finally {
    await file.close();
  }
}

function failureOf(error: unknown, stop: AbortSignal, limitSeconds: number): { step: BuildStep | 'timeout' | 'cancelled'; message: string } {
  if (stop.aborted && stop.reason === 'timeout') return { step: 'timeout', message: `The build took longer than its limit of ${limitSeconds} s and was ended with all it had started. Make it faster, or raise build.timeout in the manifest.` };
  if (stop.aborted) return { step: 'cancelled', message: 'The build was cancelled and ended with all it had started. Start it again when it is wanted.' };
  return error instanceof StepFailed ? { step: error.step, message: error.message } : { step: 'checkout', message: String(error) };
}

/** The log in the store; the build's outcome stands also when its log cannot be kept. */
async function keepLog(log: BuildLog, artifacts: BuildNeeds['artifacts']) {
  await log.close();
  const tail = await tailOf(log.path).catch(() => '');
  const stored = await artifacts.put(log.path).catch(() => null);
  await rm(log.path, { force: true });
  return { tail, log: stored?.digest ?? null };
}

/** @returns undefined when it was stopped because the control plane closes: then there is no outcome yet. */
export async function runBuild({ sources, artifacts, clock, settings }: BuildNeeds, build: OneBuild): Promise<BuildOutcome | undefined> {
  const startedAt = clock.now();
  const begun = performance.now();
  const limitMs = Math.min(build.request.recipe.timeout * 1000, settings.timeoutMsMax);
  const timer = setTimeout(() => build.stop.abort('timeout'), limitMs);
  await mkdir(dirname(build.logPath), { recursive: true, mode: 0o700 });
  const log = createBuildLog(build.logPath, settings.logBytes);
  try {
    const stored = await runSteps({ sources, artifacts, settings, log, request: build.request, workspace: build.workspace, marker: build.marker, stop: build.stop.signal, onStarted: build.onStarted });
    clearTimeout(timer);
    const kept = await keepLog(log, artifacts);
    return { status: 'succeeded', ...stored, log: kept.log, startedAt, seconds: (performance.now() - begun) / 1000 };
  } catch (error) {
    if (build.stop.signal.reason === 'closed') {
      await log.close();
      return undefined;
    }
    const failure = failureOf(error, build.stop.signal, limitMs / 1000);
    log.note(`${failure.step} failed: ${failure.message}`);
    return { status: 'failed', ...failure, ...(await keepLog(log, artifacts)), startedAt, seconds: (performance.now() - begun) / 1000 };
  } finally {
    clearTimeout(timer);
    await rm(build.workspace, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
  }
}
