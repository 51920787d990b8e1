/** Traffic and metrics on one machine: the client of the router's control socket. */
import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http';
import * as z from 'zod';
import { LATENCY_BOUNDS_MS, RouteInForce, RouterCounts, RouterHealth, RouterInFlight, RouterParallelRun, type RouterPlaces, RouterRecorded, RouterRecording } from '../../contracts/router.ts';
import { Conflict, InvalidInput, LimitExceeded, NotFound, ProviderUnavailable } from '../../domain/errors.ts';
import type { EnvironmentName, InstanceId, ServiceName } from '../../domain/ids.ts';
import type { RecordedRequest } from '../../domain/recording/recorded-request.ts';
import type { RecordingProgress } from '../../domain/recording/recording.ts';
import type { RecordingRule } from '../../domain/recording/rule.ts';
import type { Metrics, MetricsReading } from '../../ports/metrics.ts';
import type { ParallelReading } from '../../ports/parallel-runs.ts';
import type { Recorders } from '../../ports/recorders.ts';
import type { Traffic, TrafficRoute } from '../../ports/traffic.ts';

export interface RouterClientOptions {
  /** Path of the router's control socket. */
  readonly controlSocket: string;
  /** A call that has no whole answer after this time fails with ProviderUnavailable. Default 5,000. */
  readonly timeoutMs?: number;
}

type InForce = TrafficRoute & { readonly port: number };

/** Answers of the router are small; one over this size is not the router's. */
const ANSWER_MAX_BYTES = 8 * 1024 * 1024;

const Problem = z.object({ detail: z.string() });

export class RouterClient implements Traffic, Metrics {
  private readonly controlSocket: string;
  private readonly timeoutMs: number;
  /** A look at a service asks the router too: connecting again each time cost more than the answer. */
  private readonly agent = new Agent({ keepAlive: true, maxFreeSockets: 4 });

  constructor({ controlSocket, timeoutMs = 5_000 }: RouterClientOptions) {
    this.controlSocket = controlSocket;
    this.timeoutMs = timeoutMs;
  }

  /** @throws Conflict when the wanted port is taken; InvalidInput; ProviderUnavailable. */
  put(route: TrafficRoute): Promise<InForce> {
    return this.call('PUT', pathOf(route.service, route.environment), RouteInForce, route);
  }

  /** @throws NotFound when there is no such route; InvalidInput; ProviderUnavailable. */
  attach(service: ServiceName, environment: EnvironmentName, upstreams: TrafficRoute['upstreams']): Promise<InForce> {
    return this.call('PUT', `${pathOf(service, environment)}/upstreams`, RouteInForce, { upstreams });
  }

  /** @throws ProviderUnavailable. */
  async get(service: ServiceName, environment: EnvironmentName): Promise<InForce | undefined> {
    try {
      return await this.call('GET', pathOf(service, environment), RouteInForce);
    } catch (error) {
      if (error instanceof NotFound) return undefined;
      throw error;
    }
  }

  /** @throws InvalidInput for more than 1,000; ProviderUnavailable. */
  several(places: RouterPlaces['places']): Promise<readonly InForce[]> {
    return this.call('POST', '/routes', z.array(RouteInForce), { places });
  }

  /** @throws ProviderUnavailable. */
  list(): Promise<readonly InForce[]> {
    return this.call('GET', '/routes', z.array(RouteInForce));
  }

  /** Removing what is not there is no error. @throws ProviderUnavailable. */
  async remove(service: ServiceName, environment: EnvironmentName): Promise<void> {
    await this.call('DELETE', pathOf(service, environment), z.strictObject({}));
  }

  /** @throws NotFound when there is no such route; ProviderUnavailable. */
  inFlight(service: ServiceName, environment: EnvironmentName): Promise<Readonly<Record<InstanceId, number>>> {
    return this.call('GET', `${pathOf(service, environment)}/inflight`, RouterInFlight);
  }

  /** @throws NotFound when there is no such route; ProviderUnavailable. */
  async read(service: ServiceName, environment: EnvironmentName): Promise<MetricsReading> {
    const { epoch, at, revisions } = await this.call('GET', `${pathOf(service, environment)}/counts`, RouterCounts);
    const arms = Object.entries(revisions).map(([id, { requests, failures, latencyBuckets }]) => [id, { requests, failures, latencyBuckets, boundsMs: LATENCY_BOUNDS_MS }]);
    return { epoch, at, revisions: Object.fromEntries(arms) as MetricsReading['revisions'] };
  }

  /** @throws NotFound when there is no such route or nothing is mirrored; ProviderUnavailable. */
  parallelRun(service: ServiceName, environment: EnvironmentName): Promise<ParallelReading> {
    return this.call('GET', `${pathOf(service, environment)}/parallel-run`, RouterParallelRun);
  }

  /** @throws Conflict when one is under way; NotFound when there is no such route; ProviderUnavailable. */
  async beginRecording(service: ServiceName, environment: EnvironmentName, rule: RecordingRule): Promise<RecordingProgress> {
    const { recording } = await this.call('PUT', `${pathOf(service, environment)}/recording`, RouterRecording, rule);
    if (recording === null) throw new ProviderUnavailable('the router took the recording and does not know it any more: try again');
    return recording;
  }

  /** Null when none is under way, or there is no such route. @throws ProviderUnavailable. */
  async recording(service: ServiceName, environment: EnvironmentName): Promise<RecordingProgress | null> {
    try {
      return (await this.call('GET', `${pathOf(service, environment)}/recording`, RouterRecording)).recording;
    } catch (error) {
      if (error instanceof NotFound) return null;
      throw error;
    }
  }

  /** @throws NotFound when none is under way; ProviderUnavailable. */
  async recorded(service: ServiceName, environment: EnvironmentName): Promise<readonly RecordedRequest[]> {
    return (await this.call('GET', `${pathOf(service, environment)}/recorded`, RouterRecorded)).requests;
  }

  /** @throws NotFound when there is no such route; ProviderUnavailable. */
  async endRecording(service: ServiceName, environment: EnvironmentName): Promise<void> {
    await this.call('DELETE', `${pathOf(service, environment)}/recording`, RouterRecording);
  }

  /** @throws ProviderUnavailable. */
  health(): Promise<RouterHealth> {
    return this.call('GET', '/health', RouterHealth);
  }

  private async call<T>(method: string, path: string, schema: z.ZodType<T>, body?: unknown): Promise<T> {
    const { status, text } = await this.exchange(method, path, body === undefined ? undefined : JSON.stringify(body));
    const value = parseJson(text);
    if (status !== 200) throw refusal(status, Problem.safeParse(value).data?.detail ?? text.slice(0, 200));
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw new ProviderUnavailable(`the router answered ${method} ${path} with something else than its contract says: is it of another version? ${z.prettifyError(parsed.error)}`);
    return parsed.data;
  }

  private async exchange(method: string, path: string, body: string | undefined): Promise<{ status: number; text: string }> {
    const unavailable = (reason: string, cause?: unknown) =>
      new ProviderUnavailable(`the router did not answer ${method} ${path} at ${this.controlSocket} (${reason}): see that its process runs`, { controlSocket: this.controlSocket }, { cause });
    const signal = AbortSignal.timeout(this.timeoutMs);
    try {
      const answer = await send({ socketPath: this.controlSocket, method, path, signal, agent: this.agent }, body);
      return { status: answer.statusCode ?? 0, text: await readAll(answer) };
    } catch (error) {
      if (signal.aborted) throw unavailable(`no answer in ${this.timeoutMs} ms`, error);
      throw unavailable((error as NodeJS.ErrnoException).code ?? String(error), error);
    }
  }
}

const pathOf = (service: ServiceName, environment: EnvironmentName): string => `/routes/${encodeURIComponent(service)}/${encodeURIComponent(environment)}`;

/** On a kept connection, if there is one. The router may have closed it meanwhile, or died with it: every call may be made twice, so then once more. */
async function send(options: RequestOptions, body: string | undefined): Promise<IncomingMessage> {
  const first = await sendOnce(options, body);
  return first === 'connection was gone' ? accepted(await sendOnce({ ...options, agent: false }, body)) : first;
}

function accepted(answer: Awaited<ReturnType<typeof sendOnce>>): IncomingMessage {
  if (answer === 'connection was gone') throw new TypeError('a new connection is no kept one');
  return answer;
}

function sendOnce(options: RequestOptions, body: string | undefined): Promise<IncomingMessage | 'connection was gone'> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = request({ ...options, headers }, resolve);
    sent.on('error', (error: NodeJS.ErrnoException) => {
      if (sent.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(error.code ?? '')) resolve('connection was gone');
      else reject(error);
    });
    sent.end(body);
  });
}

async function readAll(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > ANSWER_MAX_BYTES) throw new Error(`an answer of more than ${ANSWER_MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller says what is wrong with an answer that is no JSON: its status, or its schema.
    return undefined;
  }
}

function refusal(status: number, detail: string): Error {
  if (status === 400) return new InvalidInput(detail);
  if (status === 404) return new NotFound(detail);
  if (status === 409) return new Conflict(detail);
  if (status === 413) return new LimitExceeded(detail);
  return new ProviderUnavailable(`the router could not do it and changed nothing: ${detail}`, { status });
}

/** The router's recordings as their port. */
export const routerRecorders = (client: RouterClient): Recorders => ({
  begin: (service, environment, rule) => client.beginRecording(service, environment, rule),
  progress: (service, environment) => client.recording(service, environment),
  requests: (service, environment) => client.recorded(service, environment),
  end: (service, environment) => client.endRecording(service, environment),
});
