/** Calls of a git host's REST API: under its rate limits, with what it refuses told apart from what passes. */
import { Forbidden, InvalidInput, NotFound, ProviderUnavailable } from '../../domain/errors.ts';

export interface RestOptions {
  /** The host's name, for messages. */
  readonly host: string;
  readonly base: string;
  /** The value of the header, for each call anew. */
  readonly authorization: () => Promise<string>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Waits before a call that changes something, so that two are never closer than this. */
  readonly spacing?: { readonly ms: number; readonly sleep: (ms: number) => Promise<void> };
}

export interface RestAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface Rest {
  /** @param accepted statuses beside 2xx that are answered rather than thrown */
  call(method: 'GET' | 'POST' | 'PUT' | 'PATCH', path: string, body?: unknown, accepted?: readonly number[]): Promise<RestAnswer>;
}

const TIMEOUT_MS = 10_000;
const ANSWER_BYTES_MAX = 2 * 2 ** 20;
const SHOWN_CHARACTERS = 200;
/** Where a host asks to wait without saying how long; GitHub's advice for its secondary limits. */
const WAIT_SECONDS = 60;
const WAIT_SECONDS_MAX = 3600;

export function createRest(options: RestOptions): Rest {
  let blockedUntil = 0;
  let changedAt = -Infinity;
  const waitTurn = async (): Promise<void> => {
    if (options.spacing === undefined) return;
    const wait = changedAt + options.spacing.ms - options.now();
    if (wait > 0) await options.spacing.sleep(wait);
    changedAt = options.now();
  };
  return {
    async call(method, path, body, accepted = []) {
      if (options.now() < blockedUntil) throw limited(options.host, Math.ceil((blockedUntil - options.now()) / 1000));
      const authorization = await options.authorization();
      if (method !== 'GET') await waitTurn();
      const response = await send(options, method, path, authorization, body);
      const text = await textOf(options.host, response);
      const seconds = retryAfter(response, options.now());
      if (seconds !== null) {
        blockedUntil = options.now() + seconds * 1000;
        throw limited(options.host, seconds);
      }
      if (response.ok || accepted.includes(response.status)) return { status: response.status, body: jsonOf(text) };
      throw refusal(options.host, `${method} ${path}`, response.status, text);
    },
  };
}

const limited = (host: string, seconds: number): ProviderUnavailable => new ProviderUnavailable(`${host} takes no more calls for ${seconds} s. It is told the rest then.`, { retryAfterSeconds: seconds });

async function send({ host, base, headers }: RestOptions, method: string, path: string, authorization: string, body: unknown): Promise<Response> {
  try {
    // Followed, a redirection would take the credential along to wherever it leads.
    return await fetch(`${base}${path}`, {
      method, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { accept: 'application/json', 'user-agent': 'slipway', ...headers, authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    throw new ProviderUnavailable(`${host} could not be reached: ${error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)}. It is told again later.`, { host }, { cause: error });
  }
}

async function textOf(host: string, response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const part of response.body ?? []) {
      bytes += part.length;
      if (bytes > ANSWER_BYTES_MAX) break;
      parts.push(part);
    }
  } catch (error) {
    throw new ProviderUnavailable(`${host} broke its answer off. It is told again later.`, { host }, { cause: error });
  }
  if (bytes > ANSWER_BYTES_MAX) throw new InvalidInput(`${host} answered with more than ${ANSWER_BYTES_MAX} bytes, which were not read.`, { host });
  return Buffer.concat(parts).toString('utf8');
}

/**
 * Seconds that the host asks to wait; null when it does not. GitHub answers 403 or 429 for its limits, primary and secondary:
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api. GitLab 429 with Retry-After and RateLimit-Reset:
 * https://docs.gitlab.com/security/rate_limits/.
 */
function retryAfter({ status, headers }: Response, now: number): number | null {
  const after = headers.get('retry-after');
  const isSpent = headers.get('x-ratelimit-remaining') === '0';
  if (status !== 429 && !(status === 403 && (after !== null || isSpent)) && !(status === 503 && after !== null)) return null;
  const reset = headers.get('x-ratelimit-reset') ?? headers.get('ratelimit-reset');
  const asked = after !== null ? (/^\d+$/.test(after) ? Number(after) : (Date.parse(after) - now) / 1000) : isSpent && reset !== null ? Number(reset) - now / 1000 : WAIT_SECONDS;
  return Math.min(WAIT_SECONDS_MAX, Math.max(1, Math.ceil(Number.isFinite(asked) ? asked : WAIT_SECONDS)));
}

function refusal(host: string, what: string, status: number, text: string): Error {
  const said = messageIn(text);
  const evidence = { host, status };
  if (status >= 500 || status === 408) return new ProviderUnavailable(`${host} failed (${what}, status ${status}). It is told again later.`, evidence);
  if (status === 401) return new Forbidden(`${host} does not take the credential (${said}). Make a new one, and put it where gitHosts in environments.yaml says.`, evidence);
  if (status === 403) return new Forbidden(`${host} does not let this credential do that (${what}: ${said}). Give it the rights that docs/git-hosts.md names.`, evidence);
  if (status === 404) return new NotFound(`${host} knows nothing there, or hides it from this credential (${what}). See that the credential may reach the repository, and that the commit is there.`, evidence);
  return new InvalidInput(`${host} refused ${what} with status ${status}: ${said}`, evidence);
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** The host's own words, as short as they are shown. */
function messageIn(text: string): string {
  const body = jsonOf(text) as { message?: unknown; error?: unknown; errors?: unknown } | null;
  const said = body?.message ?? body?.error ?? body?.errors ?? '';
  return (typeof said === 'string' ? said : JSON.stringify(said)).replace(/\s+/g, ' ').slice(0, SHOWN_CHARACTERS) || 'no reason given';
}
