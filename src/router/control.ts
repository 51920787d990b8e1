/** The control API: HTTP over the control socket, JSON both ways, every input through its schema. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import * as z from 'zod';
import { RouteEntry, type RouterHealth, RouterPlaces, RouteUpstreams } from '../contracts/router.ts';
import { InvalidInput, LimitExceeded, NotFound, SlipwayError } from '../domain/errors.ts';
import { EnvironmentName, ServiceName } from '../domain/ids.ts';
import { RecordingRule } from '../domain/recording/rule.ts';
import type { RouterLog } from './log.ts';
import { answerProblem } from './problem.ts';
import type { Routes } from './routes.ts';

export interface ControlNeeds {
  readonly routes: Routes;
  readonly epoch: string;
  readonly now: () => number;
  readonly health: () => RouterHealth;
  readonly bodyBytes: number;
  readonly log: RouterLog;
}

/** Name of an error -> status of its answer; the client turns it back. */
const STATUS: Readonly<Record<string, number>> = { InvalidInput: 400, NotFound: 404, Conflict: 409, LimitExceeded: 413 };

const Path = z.tuple([ServiceName, EnvironmentName]);

/** A server, not yet listening. GET /health; GET /routes; POST /routes with places answers the routes of these; GET, PUT, DELETE /routes/S/E; PUT /routes/S/E/upstreams; GET /routes/S/E/counts, /inflight and /parallel-run; PUT, GET, DELETE /routes/S/E/recording, GET /routes/S/E/recorded. */
export function createControlServer(needs: ControlNeeds): Server {
  return createServer({ requestTimeout: 10_000 }, (request, response) => {
    answer(needs, request)
      .then((body) => sendJson(response, body))
      .catch((error: unknown) => sendError(needs, response, error));
  });
}

async function answer(needs: ControlNeeds, request: IncomingMessage): Promise<unknown> {
  const { pathname } = new URL(request.url ?? '/', 'http://router');
  const [, collection, ...rest] = pathname.split('/');
  const operation = `${request.method} ${collection}`;
  if (operation === 'GET health' && rest.length === 0) return needs.health();
  if (operation === 'GET routes' && rest.length === 0) return needs.routes.list();
  if (operation === 'POST routes' && rest.length === 0) return needs.routes.several((await readJson(request, RouterPlaces, needs.bodyBytes)).places);
  if (collection !== 'routes' || rest.length < 2 || rest.length > 3) throw unknown(request);
  const names = Path.safeParse(rest.slice(0, 2).map(decodeURIComponent));
  if (!names.success) throw new InvalidInput(`no names of a service and an environment: ${z.prettifyError(names.error)}`);
  return await answerRoute(needs, request, names.data, rest[2] ?? '');
}

async function answerRoute({ routes, epoch, now, bodyBytes }: ControlNeeds, request: IncomingMessage, [service, environment]: z.infer<typeof Path>, part: string): Promise<unknown> {
  switch (`${request.method} ${part}`) {
    case 'GET ':
      return routes.get(service, environment);
    case 'DELETE ':
      await routes.remove(service, environment);
      return {};
    case 'PUT ': {
      const entry = await readJson(request, RouteEntry, bodyBytes);
      if (entry.service !== service || entry.environment !== environment) throw new InvalidInput('the route in the body is not the one in the path: send it to its own path');
      return await routes.put(entry);
    }
    case 'PUT upstreams':
      return await routes.attach(service, environment, await readJson(request, RouteUpstreams, bodyBytes));
    case 'GET counts':
      return routes.counts(service, environment, epoch, now());
    case 'PUT recording':
      return { recording: routes.live(service, environment).record(await readJson(request, RecordingRule, bodyBytes), now) };
    case 'GET recording':
      return { recording: routes.live(service, environment).recording };
    case 'DELETE recording':
      routes.live(service, environment).endRecording();
      return { recording: null };
    case 'GET recorded':
      return { requests: routes.live(service, environment).recorded() };
    case 'GET parallel-run':
      return await routes.parallelRun(service, environment);
    case 'GET inflight':
      return routes.inFlight(service, environment);
    default:
      throw unknown(request);
  }
}

const unknown = (request: IncomingMessage) => new NotFound(`the router's control API has no ${request.method} ${request.url}`);

async function readJson<T>(request: IncomingMessage, schema: z.ZodType<T>, capBytes: number): Promise<T> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > capBytes) throw new LimitExceeded(`the body is longer than ${capBytes} bytes: a route that long is a mistake`);
    chunks.push(chunk);
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw new InvalidInput('the body is no JSON: send one JSON object', {}, { cause: error });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new InvalidInput(`the body does not fit its schema: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function sendJson(response: ServerResponse, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(200, ['content-type', 'application/json', 'content-length', String(Buffer.byteLength(text))]);
  response.end(text);
}

function sendError(needs: ControlNeeds, response: ServerResponse, error: unknown): void {
  const known = error instanceof SlipwayError ? STATUS[error.name] : undefined;
  const message = error instanceof Error ? error.message : String(error);
  if (known === undefined) needs.log({ level: 'error', message: 'a control request failed; nothing was changed', reason: message });
  answerProblem(response, known ?? 500, message, true);
}
