/**
 * One request and its answer, by Node's own client, whose agents keep connections open. Not `fetch`: its first use loads another client, which
 * takes several times as long as all else in a function's first call (docs/decisions/0026). Nothing follows a redirect.
 */
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';

type Request = (url: URL, options: RequestOptions, onAnswer: (answer: IncomingMessage) => void) => ClientRequest;

/** Loaded with the first call, as TLS is a third of an empty function's start. An `import` would read all that the module has, which loads that other client too. */
export const requestOf = ({ protocol }: URL): Request => (protocol === 'http:' ? process.getBuiltinModule('node:http') : process.getBuiltinModule('node:https')).request;

export interface Exchange {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** For all of it. */
  readonly timeoutMs: number;
  readonly answerBytesMax: number;
}

export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** @throws an error named TimeoutError, AnswerTooLarge, or one of the network */
export function exchange(url: URL, { method, headers, body, timeoutMs, answerBytesMax }: Exchange): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = requestOf(url)(url, { method, headers }, (answer) => {
      textOf(answer, answerBytesMax).then((text) => resolve({ status: answer.statusCode ?? 500, headers: headersOf(answer), text })).catch(giveUp);
    });
    const timer = setTimeout(() => giveUp(Object.assign(new Error(`it was not answered within ${timeoutMs} ms`), { name: 'TimeoutError' })), timeoutMs);
    function giveUp(error: Error): void {
      reject(error);
      outgoing.destroy();
    }
    outgoing.on('error', giveUp).on('close', () => clearTimeout(timer));
    if (body === null) outgoing.end();
    else outgoing.end(body);
  });
}

const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]])));

async function textOf(answer: IncomingMessage, bytesMax: number): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    bytes += part.byteLength;
    if (bytes > bytesMax) throw Object.assign(new Error(`It answered more than ${bytesMax} bytes`), { name: 'AnswerTooLarge' });
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
