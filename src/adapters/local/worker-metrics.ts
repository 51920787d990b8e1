/** Counts of workers, asked of their instances over HTTP in the OpenMetrics text format. */
import { request } from 'undici';
import { InvalidInput } from '../../domain/errors.ts';
import type { EnvironmentName, InstanceId, RevisionId, ServiceName } from '../../domain/ids.ts';
import type { Worker } from '../../domain/manifest.ts';
import { accumulate, NO_TOTALS, type WorkerLook, type WorkerTotals } from '../../domain/worker/accumulate.ts';
import { workerCounts } from '../../domain/worker/worker-counts.ts';
import type { Clock, Ids } from '../../ports/clock.ts';
import type { MetricsReading } from '../../ports/metrics.ts';

export interface WorkerInstance {
  readonly instance: InstanceId;
  readonly revision: RevisionId;
  /** Null: it is not running now. */
  readonly origin: string | null;
  readonly worker: Worker;
}

const ANSWER_WITHIN_MS = 2000;
const ANSWER_BYTES_MAX = 4 * 1024 * 1024;

export interface WorkerMetrics {
  /** @throws InvalidInput when an instance answers what is no count of a worker */
  read(service: ServiceName, environment: EnvironmentName, instances: readonly WorkerInstance[]): Promise<MetricsReading>;
}

/** Totals are this process's: another one begins again under another epoch. */
export function createWorkerMetrics({ clock, ids }: { readonly clock: Clock; readonly ids: Ids }): WorkerMetrics {
  const epoch = ids.next();
  // One look after the other at a place: an older answer that is added after a newer one would seem to begin again.
  const places = new Map<string, Promise<WorkerTotals>>();
  return {
    read: async (service, environment, instances) => {
      const place = `${service}/${environment}`;
      const before = places.get(place) ?? Promise.resolve(NO_TOTALS);
      const totals = before.then(async (known) => {
        const looks = (await Promise.all(instances.map(look))).filter((found) => found !== undefined);
        return accumulate(known, looks, new Set(instances.map(({ instance }) => instance)));
      });
      places.set(place, totals.catch(() => before));
      return { epoch, at: clock.now(), revisions: Object.fromEntries((await totals).revisions) };
    },
  };
}

/** Undefined for an instance that does not answer: whether there is enough without it is the judge's to say. */
async function look({ instance, revision, origin, worker }: WorkerInstance): Promise<WorkerLook | undefined> {
  if (origin === null) return undefined;
  const answer = await ask(`${origin}${worker.path}`);
  if (answer === undefined) return undefined;
  if (answer.status !== 200) throw new InvalidInput(`${instance} answered ${answer.status} to GET ${worker.path}, where its counts should be. Serve them there in the OpenMetrics text format, or set worker.path in slipway.yaml.`, { instance });
  try {
    return { instance, revision, counts: workerCounts(answer.text, worker) };
  } catch (error) {
    if (error instanceof InvalidInput) throw new InvalidInput(`The counts of ${instance} at ${worker.path} cannot be used: ${error.message}.`, { instance }, { cause: error });
    throw error;
  }
}

async function ask(url: string): Promise<{ status: number; text: string } | undefined> {
  try {
    const { statusCode, body } = await request(url, { headersTimeout: ANSWER_WITHIN_MS, bodyTimeout: ANSWER_WITHIN_MS, signal: AbortSignal.timeout(ANSWER_WITHIN_MS), headers: { accept: 'application/openmetrics-text; version=1.0.0, text/plain;q=0.5', connection: 'close' } });
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > ANSWER_BYTES_MAX) throw new InvalidInput(`${url} answers more than ${ANSWER_BYTES_MAX} bytes of metrics: give the worker's counts a path of their own`);
      chunks.push(chunk);
    }
    return { status: statusCode, text: Buffer.concat(chunks).toString('utf8') };
  } catch (error) {
    if (error instanceof InvalidInput) throw error;
    return undefined;
  }
}
