/** The jobs that wait, run, or whose outcome is not taken yet: in memory, and the same on disk. */
import { randomBytes } from 'node:crypto';
import type { JobRecord, JobRecords } from './job-records.ts';

export interface Job<Q, O> {
  record: JobRecord<Q, O>;
  /** Aborted with the reason `cancelled`, `timeout` or `closed`. */
  readonly stop: AbortController;
  /** The last write of its record. */
  saved: Promise<void>;
}

export interface Jobs<Q, O> {
  get(id: string): Job<Q, O> | undefined;
  all(): readonly Job<Q, O>[];
  /** A new job, noted on disk before it is answered. */
  add(request: Q): Promise<Job<Q, O>>;
  /** A job that is on disk already. */
  adopt(record: JobRecord<Q, O>): Job<Q, O>;
  save(job: Job<Q, O>, change: Partial<JobRecord<Q, O>>): Promise<void>;
  forget(job: Job<Q, O>): void;
}

/** Nobody can guess it, so no foreign process carries it. */
export const newMarker = (): string => randomBytes(16).toString('hex');

export function createJobs<Q, O>(records: JobRecords<Q, O>, idOf: (request: Q) => string): Jobs<Q, O> {
  const jobs = new Map<string, Job<Q, O>>();
  /** A job that is started again must not lose its record to the removal of the one before. */
  const removals = new Map<string, Promise<void>>();
  let order = 0;
  const adopt = (record: JobRecord<Q, O>): Job<Q, O> => {
    const id = idOf(record.request);
    const job: Job<Q, O> = { record, stop: new AbortController(), saved: removals.get(id) ?? Promise.resolve() };
    order = Math.max(order, record.order);
    jobs.set(id, job);
    return job;
  };
  const save = (job: Job<Q, O>, change: Partial<JobRecord<Q, O>>): Promise<void> => {
    job.record = { ...job.record, ...change };
    job.saved = job.saved.catch(() => undefined).then(() => records.save(job.record));
    return job.saved;
  };
  return {
    get: (id) => jobs.get(id),
    all: () => [...jobs.values()],
    adopt,
    save,
    async add(request) {
      const job = adopt({ request, order: order + 1, marker: newMarker(), restarts: 0, leader: null, outcome: null });
      try {
        await save(job, {});
        return job;
      } catch (error) {
        jobs.delete(idOf(request));
        throw error;
      }
    },
    forget(job) {
      const id = idOf(job.record.request);
      jobs.delete(id);
      // A record that cannot be removed is reported once more by the next recovery: outcomes come at least once.
      const removal = job.saved.catch(() => undefined).then(() => records.remove(id)).catch(() => undefined);
      removals.set(id, removal);
      void removal.then(() => (removals.get(id) === removal ? removals.delete(id) : undefined));
    },
  };
}
