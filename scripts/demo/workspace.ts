/** The part of Slack that takes the answers to commands: a real address on this machine. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';

export const WORKSPACE = 'T0DEMO';
const ANSWER_WITHIN_MS = 30_000;
const BODY_BYTES_MAX = 1_000_000;

export interface Workspace {
  readonly origin: string;
  /** An address that takes one answer, and the answer's text. */
  expectAnswer(): { readonly url: string; readonly answered: Promise<string> };
}

const SlackAnswer = z.object({ response_type: z.enum(['in_channel', 'ephemeral']), text: z.string() });

export async function openWorkspace(): Promise<Workspace> {
  const waiting = new Map<string, (text: string) => void>();
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (part: string) => {
      body += part;
      if (body.length > BODY_BYTES_MAX) request.destroy();
    });
    request.on('end', () => {
      const taken = waiting.get(request.url ?? '');
      const answer = SlackAnswer.safeParse(jsonOf(body));
      response.writeHead(taken === undefined || !answer.success ? 404 : 200).end();
      if (answer.success) taken?.(answer.data.text);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // The demo ends when its story does.
  server.unref();
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let count = 0;
  return {
    origin,
    expectAnswer: () => {
      const path = `/answers/${++count}`;
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      const timer = setTimeout(() => reject(new Error(`Slipway did not answer a command of Slack within ${ANSWER_WITHIN_MS} ms`)), ANSWER_WITHIN_MS);
      promise.catch(() => undefined);
      waiting.set(path, (text) => {
        clearTimeout(timer);
        waiting.delete(path);
        resolve(text);
      });
      return { url: origin + path, answered: promise };
    },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
