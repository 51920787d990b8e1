/** Jobs on this machine that outlive it: so many at a time, noted on disk, ended and begun again after a crash, reported at least once. */
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { deliver } from './delivery.ts';
import { type JobKind, type JobRecord, type JobRequest, createJobRecords, keyOf, parseRequest } from './job-records.ts';
import { type Job, createJobs, newMarker } from './jobs.ts';
import { endLeftovers, removeOthers } from './leftovers.ts';
import { startOf } from './processes.ts';
import { createQueue } from './queue.ts';

/** What one run of a job is given. */
export interface JobTurn<Q> {
  readonly request: Q;
  readonly marker: string;
  /** A folder of its own, removed when the job is over; the run makes it. */
  readonly workspace: string;
  /** Aborted with the reason `cancelled` or `closed`; the run may abort it with `timeout`. */
  readonly stop: AbortController;
  /** To be called with each process that leads a group of the job. */
  readonly onStarted: (pid: number) => Promise<void>;
}

export interface JobRunnerOptions<Q extends JobRequest, O> extends JobKind<Q, O> {
  readonly directory: string;
  /** Folders in `directory`, beside `work`, in which a job keeps something under its key (`keyOf`). */
  readonly folders: readonly string[];
  readonly parallel: number;
  /** Times a job is begun again after its control plane died. */
  readonly restartsMax: number;
  /** Undefined when it was stopped because the control plane closes: then there is no outcome yet. */
  readonly run: (turn: JobTurn<Q>) => Promise<O | undefined>;
  /** May be called again for an outcome that it was given before a crash. A final error of its own ends the calls. */
  readonly onFinished: (request: Q, outcome: O) => Promise<void>;
  /** Outcomes of jobs that did not run to their end. */
  readonly unable: (error: unknown) => O;
  readonly gaveUp: (deaths: number) => O;
  readonly cancelled: () => O;
}

export interface JobRunner<Q extends JobRequest> {
  /**
   * Notes the job durably and returns. The same id while it waits or runs changes nothing but the token, and the newest token
   * is the one that is answered. @throws InvalidInput, LimitExceeded for a full disk
   */
  start(request: Q): Promise<void>;
  /** Ends a job that waits or runs. @returns whether there was one */
  cancel(id: string): Promise<boolean>;
  /** Of every job that waits, runs, or whose outcome is not taken yet. */
  ids(): Promise<readonly string[]>;
  /**
   * Ends what the last control plane's jobs have left, begins the unfinished ones again, reports outcomes that were not yet
   * taken. `start` and `cancel` wait for it; a second call is the same one.
   * @throws InvalidInput for a record that cannot be read
   */
  recover(): Promise<void>;
  /** Ends the running jobs without an outcome; the next `recover` begins them again. */
  close(): Promise<void>;
}

/** Runs jobs and reports their outcomes. */
function createFloor<Q extends JobRequest, O>(options: JobRunnerOptions<Q, O>) {
  const { directory, idOf } = options;
  const records = createJobRecords(options, join(directory, 'records'));
  const jobs = createJobs(records, idOf);
  const tasks = new Set<Promise<void>>();
  const closing = new AbortController();
  const track = (action: Promise<void>): Promise<void> => {
    const task = action.finally(() => tasks.delete(task));
    tasks.add(task);
    return task;
  };
  const workspaceOf = (request: Q) => join(directory, 'work', keyOf(idOf(request)));

  const deliverOutcome = async (job: Job<Q, O>, outcome: O) => {
    // A disk too full to note the outcome does not keep it from being reported; after a crash the job would be repeated.
    await jobs.save(job, { outcome, leader: null }).catch(() => undefined);
    if (await deliver(() => job.record.request, (request) => options.onFinished(request, outcome), closing.signal)) jobs.forget(job);
  };
  const report = (job: Job<Q, O>, outcome: O): void => void track(deliverOutcome(job, outcome));

  const run = async (job: Job<Q, O>) => {
    const { request, marker } = job.record;
    const onStarted = async (pid: number) => {
      const startedAt = await startOf(pid);
      if (startedAt !== undefined) await jobs.save(job, { leader: { pid, startedAt } }).catch(() => undefined);
    };
    const outcome = await options.run({ request, marker, workspace: workspaceOf(request), stop: job.stop, onStarted }).catch(options.unable);
    if (outcome !== undefined) report(job, outcome);
  };
  const queue = createQueue<Job<Q, O>>(options.parallel, (job) => track(run(job)));

  const resume = async (found: JobRecord<Q, O>) => {
    await endLeftovers(found, workspaceOf(found.request));
    const job = jobs.adopt(found);
    if (found.outcome !== null) return report(job, found.outcome);
    if (found.restarts >= options.restartsMax) return report(job, options.gaveUp(found.restarts + 1));
    await jobs.save(job, { restarts: found.restarts + 1, marker: newMarker(), leader: null });
    return queue.push(job);
  };
  const recover = async () => {
    const found = await records.all();
    for (const record of found) if (jobs.get(idOf(record.request)) === undefined) await resume(record);
    const keys = new Set(found.map((record) => keyOf(idOf(record.request))));
    for (const folder of ['work', ...options.folders]) await removeOthers(join(directory, folder), keys);
    queue.open();
  };

  const close = async () => {
    queue.stop();
    closing.abort('closed');
    for (const job of jobs.all()) job.stop.abort('closed');
    while (tasks.size > 0) await Promise.all(tasks);
    await Promise.all(jobs.all().map((job) => job.saved.catch(() => undefined)));
  };
  return { jobs, queue, report, recover, close };
}

/** One control plane at a time uses the folder. */
export function createJobRunner<Q extends JobRequest, O>(given: JobRunnerOptions<Q, O>): JobRunner<Q> {
  mkdirSync(given.directory, { recursive: true, mode: 0o700 });
  const options = { ...given, directory: realpathSync(given.directory) };
  const { jobs, queue, report, close, ...floor } = createFloor(options);
  let recovered: Promise<void> | undefined;
  const recover = () =>
    (recovered ??= floor.recover().catch((error: unknown) => {
      recovered = undefined;
      throw error;
    }));
  return {
    recover,
    close,
    async start(input) {
      const request = parseRequest(options, input);
      await recover();
      const job = jobs.get(options.idOf(request));
      if (job === undefined) return queue.push(await jobs.add(request));
      if (job.record.request.token === request.token) return job.saved;
      return jobs.save(job, { request: { ...job.record.request, token: request.token } });
    },
    async ids() {
      await recover();
      return jobs.all().map((job) => options.idOf(job.record.request));
    },
    async cancel(id) {
      await recover();
      const job = jobs.get(id);
      if (job === undefined || job.record.outcome !== null || job.stop.signal.aborted) return false;
      job.stop.abort('cancelled');
      if (queue.remove(job)) report(job, options.cancelled());
      return true;
    },
  };
}
