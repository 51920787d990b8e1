/** The builds that wait, run, or whose outcome is not taken yet: in memory, and the same on disk. */
import { randomBytes } from 'node:crypto';
import type { BuildRecord, BuildRecords } from './record.ts';

export interface Job {
  record: BuildRecord;
  /** Aborted with the reason `cancelled`, `timeout` or `closed`. */
  readonly stop: AbortController;
  /** The last write of its record. */
  saved: Promise<void>;
}

export interface Jobs {
  get(build: string): Job | undefined;
  all(): readonly Job[];
  /** A new job, noted on disk before it is answered. */
  add(request: BuildRecord['request']): Promise<Job>;
  /** A job that is on disk already. */
  adopt(record: BuildRecord): Job;
  save(job: Job, change: Partial<BuildRecord>): Promise<void>;
  forget(job: Job): void;
}

/** Nobody can guess it, so no foreign process carries it. */
export const newMarker = (): string => randomBytes(16).toString('hex');

export function createJobs(records: BuildRecords): Jobs {
  const jobs = new Map<string, Job>();
  /** A build that is started again must not lose its record to the removal of the one before. */
  const removals = new Map<string, Promise<void>>();
  let order = 0;
  const adopt = (record: BuildRecord): Job => {
    const job: Job = { record, stop: new AbortController(), saved: removals.get(record.request.build) ?? Promise.resolve() };
    order = Math.max(order, record.order);
    jobs.set(record.request.build, job);
    return job;
  };
  const save = (job: Job, change: Partial<BuildRecord>): Promise<void> => {
    job.record = { ...job.record, ...change };
    job.saved = job.saved.catch(() => undefined).then(() => records.save(job.record));
    return job.saved;
  };
  return {
    get: (build) => jobs.get(build),
    all: () => [...jobs.values()],
    adopt,
    save,
    async add(request) {
      const job = adopt({ request, order: order + 1, marker: newMarker(), restarts: 0, leader: null, outcome: null });
      try {
        await save(job, {});
        return job;
      } catch (error) {
        jobs.delete(request.build);
        throw error;
      }
    },
    forget(job) {
      const { build } = job.record.request;
      jobs.delete(build);
      // A record that cannot be removed is reported once more by the next recovery: outcomes come at least once.
      const removal = job.saved.catch(() => undefined).then(() => records.remove(build)).catch(() => undefined);
      removals.set(build, removal);
      void removal.then(() => (removals.get(build) === removal ? removals.delete(build) : undefined));
    },
  };
}
