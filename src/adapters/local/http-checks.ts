/** HTTP checks of a placed release: one request over a connection of its own, no redirect followed. */
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Test } from '../../domain/manifest.ts';
import type { HttpChecks } from '../../ports/http-checks.ts';

type Check = NonNullable<Test['http']>;

export interface HttpChecksOptions {
  /** Of an answer's body; the rest is not read. Default 1 MiB. */
  readonly bodyBytesMax?: number;
}

export interface LocalHttpChecks extends HttpChecks {
  /** Ends the requests that run. */
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Whether the body went on after the cap. */
  readonly cut: boolean;
}

const SHOWN_CHARACTERS = 500;
/** Node's longest timer; a longer one would end at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;
/** For messages: control and direction characters escaped, as in the issues of manifests. */
const shown = (text: string, longest: number): string => (text.length > longest ? `${text.slice(0, longest)}…` : text).replaceAll(/[^\P{C}\n\t]/gu, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
const codeOf = (error: unknown): string => {
  if (typeof error !== 'object' || error === null) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : String('message' in error ? error.message : error);
};

/** The whole address, or why there is none. A path like `//elsewhere` stays a path: it is appended, never resolved. */
function addressOf(baseUrl: string, path: string): URL | string {
  const base = URL.parse(baseUrl);
  if (base === null || (base.protocol !== 'http:' && base.protocol !== 'https:')) return `${shown(baseUrl, 200)} is no http or https address, so nothing was asked.`;
  const address = URL.parse(`${base.origin}${base.pathname.replace(/\/+$/, '')}${path}`);
  if (!path.startsWith('/') || address === null || address.origin !== base.origin) return `The path ${shown(path, 200)} leads away from ${base.origin}, so nothing was asked. Write a path that begins with /.`;
  return address;
}

/** Headers that frame the request: they follow from its body, and others would make two requests of it. */
const FRAMING = ['content-length', 'transfer-encoding', 'connection', 'upgrade', 'expect', 'te', 'trailer'];
const framing = ({ headers }: Check): string | undefined => Object.keys(headers).find((name) => FRAMING.includes(name.toLowerCase()));

/** At most `bytesMax` bytes; what comes after is not read. */
async function bodyOf(body: IncomingMessage, bytesMax: number): Promise<{ body: string; cut: boolean }> {
  // Leaving the loop early destroys the stream, which then tells of it by an error that nobody needs.
  body.on('error', () => undefined);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > bytesMax) break;
  }
  return { body: Buffer.concat(chunks).subarray(0, bytesMax).toString('utf8'), cut: bytes > bytesMax };
}

/** What is not as expected, each with what came instead. */
function differences({ expect }: Check, answer: Answer, seconds: number, bytesMax: number): string[] {
  const found: string[] = [];
  if (answer.status !== expect.status) found.push(`expected status ${expect.status}, got ${answer.status}${redirect(answer)}`);
  for (const [name, wanted] of Object.entries(expect.header ?? {})) {
    const got = answer.headers[name.toLowerCase()];
    if (got === undefined) found.push(`expected header ${name}: ${shown(wanted, 200)}, got none`);
    else if (!(Array.isArray(got) ? got : [got]).includes(wanted)) found.push(`expected header ${name}: ${shown(wanted, 200)}, got ${shown(String(got), 200)}`);
  }
  if (expect.body !== undefined && !answer.body.includes(expect.body)) found.push(`expected a body with ${JSON.stringify(shown(expect.body, 200))}, which is not in it${answer.cut ? ` (only its first ${bytesMax} bytes were read)` : ''}`);
  if (expect.within !== undefined && seconds > expect.within) found.push(`expected the answer within ${expect.within} s, got it after ${seconds} s`);
  return found;
}

const redirect = ({ status, headers }: Answer): string => (status >= 300 && status < 400 && headers['location'] !== undefined ? ` (to ${shown(headers['location'], 200)}; redirects are not followed)` : '');

/** Each check has a connection of its own; the caller's time limit holds for all of it. */
export function createHttpChecks({ bodyBytesMax = 1024 * 1024 }: HttpChecksOptions = {}): LocalHttpChecks {
  const running = new Set<ClientRequest>();
  const ask = async (address: URL, { method, headers, body }: Check, signal: AbortSignal): Promise<Answer> => {
    // Loaded with the first check: most tests are none over HTTP, and TLS is a third of an empty function's start.
    const client = address.protocol === 'https:' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http');
    const request = client.request(address, { method, headers, signal, agent: false });
    running.add(request);
    try {
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        request.once('response', resolve);
        request.on('error', reject);
        request.end(body);
      });
      return { status: answer.statusCode ?? 0, headers: answer.headers, ...(await bodyOf(answer, bodyBytesMax)) };
    } finally {
      running.delete(request);
      request.destroy();
    }
  };
  return {
    async run(baseUrl, check, timeoutSeconds) {
      const address = addressOf(baseUrl, check.path);
      if (typeof address === 'string') return { passed: false, seconds: 0, detail: address };
      const framed = framing(check);
      if (framed !== undefined) return { passed: false, seconds: 0, detail: `The header ${framed} follows from the body and cannot be given, so nothing was asked. Take it out of the test.` };
      const asked = `${check.method} ${address.href}`;
      const signal = AbortSignal.timeout(Math.min(Math.ceil(timeoutSeconds * 1000), TIMER_MS_MAX));
      const begun = performance.now();
      const elapsed = () => Math.round(performance.now() - begun) / 1000;
      try {
        const answer = await ask(address, check, signal);
        const seconds = elapsed();
        const wrong = differences(check, answer, seconds, bodyBytesMax);
        if (wrong.length === 0) return { passed: true, seconds, detail: `${asked}: ${answer.status} in ${seconds} s, as expected.` };
        return { passed: false, seconds, detail: `${asked}: ${wrong.join('; ')}. The body begins: ${answer.body === '' ? '(empty)' : shown(answer.body, SHOWN_CHARACTERS)}` };
      } catch (error) {
        const why = signal.aborted ? `no whole answer within ${timeoutSeconds} s` : `no answer (${shown(codeOf(error), 200)})`;
        return { passed: false, seconds: elapsed(), detail: `${asked}: expected status ${check.expect.status}, got ${why}. Look at the log of the instances.` };
      }
    },
    close: async () => {
      for (const request of running) request.destroy();
    },
  };
}
