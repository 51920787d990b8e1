/** The HTTP API, asked and answered: every failure becomes a CliError with its exit code, every answer is parsed. */
import * as z from 'zod';
import { harmless, Line, Text } from './answers/text.ts';
import type { Connection } from './connection.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import { causeOf, codeOf } from './faults.ts';
import type { CliNeeds } from './needs.ts';
import { Issue, issueLine } from '../contracts/manifest-file.ts';

/** RFC 9457, with the evidence that Slipway adds. */
const Problem = z.object({ title: Line.default(''), detail: Text.default(''), evidence: z.looseObject({}).optional() });
const IssuesEvidence = z.object({ issues: z.array(Issue) });

const ANSWER_BYTES_MAX = 64 * 1024 * 1024;
const ANSWER_WITHIN_MS = 30_000;
const UPLOAD_WITHIN_MS = 15 * 60_000;
/** The Date header counts whole seconds; a smaller difference is no difference. */
const CLOCKS_AGREE_MS = 2000;

export interface Answer<T> {
  readonly value: T;
  /** As it was answered, for `--json`. */
  readonly raw: unknown;
  /** How far the control plane's clock is ahead of this one, in milliseconds. */
  readonly clockAheadMs: number;
  /** The path of the next part of a list; null at its end. */
  readonly next: string | null;
}

export interface Client {
  readonly connection: Connection;
  get<S extends z.ZodType>(path: string, schema: S): Promise<Answer<z.output<S>>>;
  /** All parts of a list, one after the other. `raw` is the whole list too. */
  list<S extends z.ZodType>(path: string, item: S): Promise<Answer<z.output<S>[]>>;
  post<S extends z.ZodType>(path: string, body: unknown, schema: S): Promise<Answer<z.output<S>>>;
  delete<S extends z.ZodType>(path: string, schema: S): Promise<Answer<z.output<S>>>;
  /** A file as it is. */
  put<S extends z.ZodType>(path: string, body: Blob, schema: S): Promise<Answer<z.output<S>>>;
}

export function createClient(needs: Pick<CliNeeds, 'fetch' | 'now'>, connection: Connection): Client {
  const call = async <S extends z.ZodType>(method: string, path: string, schema: S, body?: { content: string | Blob; type: string }): Promise<Answer<z.output<S>>> => {
    const response = await reach(needs, connection, method, path, body);
    const raw = jsonOf(await bodyText(response, connection));
    if (!response.ok) throw refusal(response.status, raw, connection);
    const parsed = schema.safeParse(raw);
    if (!parsed.success) throw new CliError(EXIT.failed, `${connection.address} answered ${method} ${path} in a form that this version does not know (${parsed.error.issues[0]?.path.join('.') ?? ''}: ${parsed.error.issues[0]?.message ?? ''}). Use the command line of the version that runs there.`);
    return { value: parsed.data, raw, clockAheadMs: clockAhead(response, needs.now()), next: nextOf(response) };
  };
  return {
    connection,
    get: (path, schema) => call('GET', path, schema),
    list: (path, item) => listed((part) => call('GET', part, z.array(item)), path),
    post: (path, body, schema) => call('POST', path, schema, { content: JSON.stringify(body), type: 'application/json' }),
    delete: (path, schema) => call('DELETE', path, schema),
    put: (path, body, schema) => call('PUT', path, schema, { content: body, type: 'application/octet-stream' }),
  };
}

/** More parts than this are not a list that anybody reads. */
const PARTS_MAX = 1000;

async function listed<T>(get: (path: string) => Promise<Answer<T[]>>, path: string): Promise<Answer<T[]>> {
  const first = await get(path);
  const [values, raws] = [[...first.value], [...(first.raw as unknown[])]];
  let { next } = first;
  for (let parts = 1; next !== null; parts += 1) {
    if (parts >= PARTS_MAX) throw new CliError(EXIT.failed, `The list at ${path} has more than ${PARTS_MAX} parts. Ask for less.`);
    const part = await get(next);
    values.push(...part.value);
    raws.push(...(part.raw as unknown[]));
    next = part.next;
  }
  return { ...first, value: values, raw: raws, next: null };
}

/** Only a path of the same API is followed. */
const nextOf = (response: Response): string | null => /^<(\/v1\/[^>]*)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1] ?? null;

async function reach(needs: Pick<CliNeeds, 'fetch'>, { address, token }: Connection, method: string, path: string, body?: { content: string | Blob; type: string }): Promise<Response> {
  try {
    return await needs.fetch(`${address}${path}`, {
      method, redirect: 'error', signal: AbortSignal.timeout(body !== undefined && typeof body.content !== 'string' ? UPLOAD_WITHIN_MS : ANSWER_WITHIN_MS),
      headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), accept: 'application/json', ...(body === undefined ? {} : { 'content-type': body.type }) },
      ...(body === undefined ? {} : { body: body.content }),
    });
  } catch (error) {
    throw unreachable(address, error);
  }
}

function unreachable(address: string, error: unknown): CliError {
  return new CliError(EXIT.unreachable, `No control plane answers at ${address} (${codeOf(error) ?? causeOf(error)}). Start it: slipway up. For one elsewhere give --home DIRECTORY or --url URL.`, { cause: error });
}

async function bodyText(response: Response, { address }: Connection): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > ANSWER_BYTES_MAX) throw new CliError(EXIT.failed, `${address} answered more than ${ANSWER_BYTES_MAX} bytes. Ask for less (--limit, --bytes).`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof CliError ? error : unreachable(address, error);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusal(status: number, raw: unknown, { address, home }: Connection): CliError {
  const parsed = Problem.safeParse(raw);
  if (!parsed.success) return new CliError(status === 502 || status === 503 || status === 504 ? EXIT.unreachable : EXIT.failed, `${address} answered ${status} without saying why. Is it Slipway's address?`);
  const { title, detail, evidence } = parsed.data;
  const issues = IssuesEvidence.safeParse(evidence);
  const details = issues.success ? issues.data.issues.map((issue) => harmless(issueLine(issue))) : [];
  const hint = status === 401 ? ` ${home === null ? 'Check SLIPWAY_TOKEN, or log in: slipway login.' : `The token of this machine is in ${home}/token; a SLIPWAY_TOKEN wins over it.`}` : '';
  return new CliError(exitCodeOf(status), `${detail || title || `It was refused (${status}).`}${hint}`, { problem: raw, details });
}

const exitCodeOf = (status: number): ExitCode => (status === 401 ? EXIT.unauthenticated : EXIT.failed);

function clockAhead(response: Response, now: number): number {
  const date = Date.parse(response.headers.get('date') ?? '');
  return Number.isNaN(date) || Math.abs(date - now) < CLOCKS_AGREE_MS ? 0 : date - now;
}

/** Whether the same question may be answered later without anybody changing anything: nobody there, or a fault inside. */
export function mayPass(error: unknown): error is CliError {
  if (!(error instanceof CliError)) return false;
  const status = (error.problem as { status?: unknown } | null)?.status;
  return error.exitCode === EXIT.unreachable || (typeof status === 'number' && status >= 500);
}
