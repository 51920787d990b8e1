/** Builds and commands as runs of one CodeBuild project, each noted in the store from its start until its outcome was taken. */
import { Conflict, InvalidInput, SlipwayError } from '../../../domain/errors.ts';
import type { BuildFinished, BuildOutcome } from '../../../ports/builder.ts';
import type { Clock, Ids } from '../../../ports/clock.ts';
import type { CommandOutcome } from '../../../ports/commands.ts';
import type { Item, ItemKey, ItemStore } from '../../../ports/item-store.ts';
import type { JobEvents } from '../../../ports/job-events.ts';
import type { Run } from '../calls/signed-builds.ts';
import type { S3Artifacts } from '../s3-artifacts.ts';
import { type CodeBuildCalls, keyOfOutput, type StartedRun } from './calls.ts';
import { documentOf, idOf, jobKey, JOBS_PARTITION, type JobAsked, JobRecord, storedFor, timeoutSecondsOf } from './job-record.ts';
import { buildOutcome, commandOutcome, type EndedRun, unproven } from './results.ts';

export interface JobNeeds {
  readonly store: ItemStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly calls: CodeBuildCalls;
}

export interface OutcomeNeeds extends JobNeeds {
  readonly artifacts: Pick<S3Artifacts, 'take'>;
  /** May be called again for an outcome that it was given before. */
  readonly onBuilt: (finished: BuildFinished) => Promise<void>;
  readonly onRan: (token: string, outcome: CommandOutcome) => Promise<void>;
}

export type Stored = Item<JobRecord>;

/** CodeBuild takes a token for the same run for five minutes; a run that was not noted within them is started anew. */
const SAME_START_MS = 4 * 60_000;
/** A job whose start was never answered, and that nobody asked for again, is forgotten: its task has failed with the start. */
const UNSTARTED_KEPT_MS = 3_600_000;
const DESCRIBED_AT_ONCE = 100;
const PAGE = 1000;
const TRIES = 5;

async function get(store: ItemStore, key: ReturnType<typeof jobKey>): Promise<Stored | undefined> {
  const item = await store.get(key);
  return item === undefined ? undefined : { ...item, value: JobRecord.parse(item.value) };
}

const key = ({ partition, sort }: Stored) => ({ partition, sort });
const replace = (store: ItemStore, stored: Stored, value: JobRecord): Promise<void> => store.transact([{ kind: 'put', key: key(stored), value, condition: { generation: stored.generation } }]);
const remove = (store: ItemStore, stored: Stored): Promise<void> => store.transact([{ kind: 'delete', key: key(stored), condition: { generation: stored.generation } }]);

/** With the token of the latest start. */
const withToken = (record: JobRecord, asked: JobAsked): JobRecord => {
  if (record.kind === 'build' && asked.kind === 'build') return { ...record, request: { ...record.request, token: asked.request.token } };
  return record.kind === 'command' && asked.kind === 'command' ? { ...record, token: asked.token } : record;
};

/** Notes the job, or finds it noted. @throws InvalidInput */
async function noted({ store, clock, ids }: JobNeeds, asked: JobAsked): Promise<Stored> {
  const at = jobKey(asked.kind, idOf(asked));
  for (let attempt = 1; ; attempt += 1) {
    const stored = await get(store, at);
    const lapsed = stored?.value.run === null && clock.now() - stored.value.startedAt > SAME_START_MS;
    const parsed = JobRecord.safeParse(stored === undefined || lapsed ? { ...asked, nonce: ids.next(), run: null, startedAt: clock.now() } : withToken(stored.value, asked));
    if (!parsed.success) throw new InvalidInput(`This ${asked.kind} cannot be run: ${parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}.`, {});
    try {
      await store.transact([{ kind: 'put', key: at, value: parsed.data, condition: stored === undefined ? { absent: true } : { generation: stored.generation } }]);
      return { ...at, generation: (stored?.generation ?? 0) + 1, value: parsed.data };
    } catch (error) {
      if (!(error instanceof Conflict) || attempt >= TRIES) throw error;
    }
  }
}

/**
 * Starts it, or only notes its new token while it runs.
 * @throws InvalidInput, and what the calls throw; after a passing fault the same start goes on where this one was
 */
export async function startJob(needs: JobNeeds, asked: JobAsked): Promise<void> {
  const stored = await noted(needs, asked);
  if (stored.value.run !== null) return;
  let run: StartedRun | undefined;
  try {
    run = await needs.calls.start(stored.value.nonce, timeoutSecondsOf(asked));
    // The run waits for it: what it may read is below its own ARN, which nobody knows before it is started.
    await needs.calls.give(run.arn, documentOf(asked), storedFor(asked));
    await noteRun(needs.store, stored, run.id);
  } catch (error) {
    if (error instanceof SlipwayError && error.retry === 'final') {
      if (run !== undefined) await needs.calls.stop(run.id);
      await remove(needs.store, (await get(needs.store, key(stored))) ?? stored);
    }
    throw error;
  }
}

/** Somebody may have started the same one at the same time, who notes the same run; or the run has been lent its credential meanwhile. */
async function noteRun(store: ItemStore, { value: { nonce }, ...at }: Stored, run: string): Promise<void> {
  await changed(store, at, ({ value }) => (value.nonce === nonce && value.run === null ? { ...value, run } : undefined));
}

/** Writes what `change` makes of the job as it is; nothing where it is gone, or is to stay as it is. */
export async function changed(store: ItemStore, at: ItemKey, change: (stored: Stored) => JobRecord | undefined): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const now = await get(store, { partition: at.partition, sort: at.sort });
    const next = now === undefined ? undefined : change(now);
    if (now === undefined || next === undefined) return;
    try {
      return await replace(store, now, next);
    } catch (error) {
      if (!(error instanceof Conflict) || attempt >= TRIES) throw error;
    }
  }
}

/** Ends those that wait or run and whose sort key begins so. @returns how many */
export async function stopJobs({ store, calls }: JobNeeds, prefix: string, exactly: boolean): Promise<number> {
  const found = (await list(store, prefix)).filter(({ sort }) => !exactly || sort === prefix);
  for (const { value } of found) if (value.run !== null) await calls.stop(value.run);
  return found.length;
}

/** All that run and whose sort key begins so. */
export async function list(store: ItemStore, prefix: string): Promise<Stored[]> {
  const found: Stored[] = [];
  let after: string | undefined;
  do {
    const page = await store.query(JOBS_PARTITION, prefix, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    found.push(...page.items.map((item) => ({ ...item, value: JobRecord.parse(item.value) })));
    after = page.next;
  } while (after !== undefined);
  return found;
}

/** What a build has put below its ARN becomes an artifact here, by its digest; a build itself cannot. */
async function taken({ artifacts }: OutcomeNeeds, { arn }: Run, outcome: BuildOutcome): Promise<BuildOutcome> {
  const log = outcome.log !== null && (await artifacts.take(keyOfOutput(arn, 'log'), outcome.log)) ? outcome.log : null;
  const whole = outcome.status === 'failed' || (await artifacts.take(keyOfOutput(arn, 'artifact'), outcome.digest));
  return whole ? { ...outcome, log } : unproven({ ...outcome, log });
}

async function report(needs: OutcomeNeeds, { value }: Stored, run: Run): Promise<void> {
  const document = await needs.calls.readResult(run.arn);
  if (value.kind === 'command') return needs.onRan(value.token, commandOutcome(run, document));
  return needs.onBuilt({ request: value.request, outcome: await taken(needs, run, buildOutcome(run, document, value.request.recipe.timeout)) });
}

/** Reports once, then forgets; between the two it may happen again. */
async function finish(needs: OutcomeNeeds, stored: Stored, run: Run): Promise<void> {
  await report(needs, stored, run).catch((error: unknown) => {
    // The task does not wait any more: its outcome is nobody's.
    if (!(error instanceof SlipwayError && error.name === 'TokenRefused')) throw error;
  });
  const now = await get(needs.store, key(stored));
  // The same id may have been started again meanwhile.
  if (now?.value.nonce === stored.value.nonce) await remove(needs.store, now);
}

const hasEnded = ({ buildStatus }: EndedRun): boolean => buildStatus !== undefined && buildStatus !== 'IN_PROGRESS';
const nonceIn = (run: Pick<Run, 'environment'>): string | undefined => run.environment?.environmentVariables?.find(({ name }) => name === 'SLIPWAY_JOB')?.value;
/** An event names a run by its ARN, which ends with its id. */
const idIn = (run: string): string => run.replace(/^arn:[^/]*:build\//, '');

/** @throws from both calls what the store, the calls and `onBuilt` and `onRan` throw; what was not taken is reported again later */
export function createJobEvents(needs: OutcomeNeeds): JobEvents {
  const look = async (jobs: readonly Stored[]): Promise<number> => {
    let ended = 0;
    for (let at = 0; at < jobs.length; at += DESCRIBED_AT_ONCE) {
      const some = jobs.slice(at, at + DESCRIBED_AT_ONCE);
      const runs = new Map((await needs.calls.describe(some.flatMap(({ value }) => value.run ?? []))).map((run) => [run.id, run]));
      for (const job of some) {
        const run = runs.get(job.value.run ?? '');
        if (run === undefined || !hasEnded(run)) continue;
        await finish(needs, job, run);
        ended += 1;
      }
    }
    return ended;
  };
  return {
    ended: async (name) => {
      const [run] = await needs.calls.describe([idIn(name)]);
      if (run === undefined || !hasEnded(run)) return;
      const nonce = nonceIn(run);
      // By its own name too: the run may have ended before its id was noted.
      for (const job of await list(needs.store, '')) if (job.value.run === run.id || job.value.nonce === nonce) await finish(needs, job, run);
    },
    sweep: async () => {
      const all = await list(needs.store, '');
      const started = all.filter(({ value }) => value.run !== null);
      for (const job of all) if (job.value.run === null && needs.clock.now() - job.value.startedAt > UNSTARTED_KEPT_MS) await remove(needs.store, job);
      const ended = started.length === 0 ? 0 : await look(started);
      return { ended, running: started.length - ended };
    },
  };
}
