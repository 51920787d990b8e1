/** Builds on this machine: child processes with an environment of their own, so many at a time, repeated after a crash. */
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildFinished, BuildOutcome, Builder } from '../../../ports/builder.ts';
import { deliver } from './delivery.ts';
import { type Job, createJobs, newMarker } from './jobs.ts';
import { endLeftovers, removeOthers } from './leftovers.ts';
import { type BuildNeeds, runBuild } from './outcome.ts';
import { startOf } from './processes.ts';
import { createQueue } from './queue.ts';
import { type BuildRecord, createBuildRecords, keyOf, parseRequest } from './record.ts';
import { LOCAL_BUILDER_DEFAULTS, type LocalBuilderSettings } from './settings.ts';

export interface LocalBuilderOptions extends Omit<BuildNeeds, 'settings'> {
  readonly directory: string;
  /** May be called again for an outcome that it was given before a crash. A final error of its own ends the calls. */
  readonly onFinished: (finished: BuildFinished) => Promise<void>;
  readonly settings?: Partial<LocalBuilderSettings>;
}

export interface LocalBuilder extends Builder {
  /**
   * Ends what the last control plane's builds have left, begins the unfinished ones again, reports outcomes that were not yet
   * taken. `start` and `cancel` wait for it; a second call is the same one.
   * @throws InvalidInput for a record that cannot be read
   */
  recover(): Promise<void>;
  /** Ends the running builds without an outcome; the next `recover` begins them again. */
  close(): Promise<void>;
}

/** The outcome of a build that did not run. */
const ended = (step: 'cancelled' | 'checkout' | 'build', message: string, startedAt: number): BuildOutcome => ({ status: 'failed', step, message, log: null, tail: '', startedAt, seconds: 0 });

/** Runs jobs and reports their outcomes. */
function createRunner({ directory, onFinished, settings, ...needs }: LocalBuilderOptions & BuildNeeds) {
  const jobs = createJobs(createBuildRecords(join(directory, 'records')));
  const tasks = new Set<Promise<void>>();
  const closing = new AbortController();
  const track = (action: Promise<void>): Promise<void> => {
    const task = action.finally(() => tasks.delete(task));
    tasks.add(task);
    return task;
  };
  const workspaceOf = (build: string) => join(directory, 'work', keyOf(build));

  const deliverOutcome = async (job: Job, outcome: BuildOutcome) => {
    // A disk too full to note the outcome does not keep it from being reported; after a crash the build would be repeated.
    await jobs.save(job, { outcome, leader: null }).catch(() => undefined);
    if (await deliver(() => job.record.request, outcome, onFinished, closing.signal)) jobs.forget(job);
  };
  const report = (job: Job, outcome: BuildOutcome): void => void track(deliverOutcome(job, outcome));

  const run = async (job: Job) => {
    const { request, marker } = job.record;
    const onStarted = async (pid: number) => {
      const startedAt = await startOf(pid);
      if (startedAt !== undefined) await jobs.save(job, { leader: { pid, startedAt } }).catch(() => undefined);
    };
    const logPath = join(directory, 'logs', keyOf(request.build));
    const outcome = await runBuild({ ...needs, settings }, { request, marker, onStarted, workspace: workspaceOf(request.build), logPath, stop: job.stop }).catch((error: unknown) =>
      ended('checkout', `The build could not begin: ${String(error)}. Look at the disk and the rights of the builder's folder, then push again.`, needs.clock.now()),
    );
    if (outcome !== undefined) report(job, outcome);
  };
  const queue = createQueue<Job>(settings.parallel, (job) => track(run(job)));

  const resume = async (found: BuildRecord) => {
    await endLeftovers(found, workspaceOf(found.request.build));
    const job = jobs.adopt(found);
    if (found.outcome !== null) return report(job, found.outcome);
    if (found.restarts >= settings.restartsMax) return report(job, ended('build', `The control plane died ${found.restarts + 1} times while this build ran, so it is not begun again. Look whether the build uses up the machine's memory, then push again.`, needs.clock.now()));
    await jobs.save(job, { restarts: found.restarts + 1, marker: newMarker(), leader: null });
    return queue.push(job);
  };

  const close = async () => {
    queue.stop();
    closing.abort('closed');
    for (const job of jobs.all()) job.stop.abort('closed');
    while (tasks.size > 0) await Promise.all(tasks);
    await Promise.all(jobs.all().map((job) => job.saved.catch(() => undefined)));
  };
  return { jobs, queue, report, resume, close };
}

/** One control plane at a time uses the folder. */
export function createLocalBuilder(given: LocalBuilderOptions): LocalBuilder {
  mkdirSync(given.directory, { recursive: true, mode: 0o700 });
  const directory = realpathSync(given.directory);
  const { jobs, queue, report, resume, close } = createRunner({ ...given, directory, settings: { ...LOCAL_BUILDER_DEFAULTS, ...given.settings } });
  let recovered: Promise<void> | undefined;

  const recoverOnce = async () => {
    const found = await createBuildRecords(join(directory, 'records')).all();
    for (const record of found) if (jobs.get(record.request.build) === undefined) await resume(record);
    const keys = new Set(found.map((record) => keyOf(record.request.build)));
    for (const folder of ['work', 'logs']) await removeOthers(join(directory, folder), keys);
    queue.open();
  };
  const recover = () =>
    (recovered ??= recoverOnce().catch((error: unknown) => {
      recovered = undefined;
      throw error;
    }));

  return {
    recover,
    close,
    async start(input) {
      const request = parseRequest(input);
      await recover();
      const job = jobs.get(request.build);
      if (job === undefined) return queue.push(await jobs.add(request));
      if (job.record.request.token === request.token) return job.saved;
      return jobs.save(job, { request: { ...job.record.request, token: request.token } });
    },
    async cancel(build) {
      await recover();
      const job = jobs.get(build);
      if (job === undefined || job.record.outcome !== null || job.stop.signal.aborted) return false;
      job.stop.abort('cancelled');
      if (queue.remove(job)) report(job, ended('cancelled', 'The build was cancelled before it began. Start it again when it is wanted.', given.clock.now()));
      return true;
    },
  };
}
