/** A git host's API on loopback: routes that behave as its documentation says, and everything it was asked. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Record<string, unknown>;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Route = readonly [method: string, path: RegExp, answer: (asked: Asked, parts: readonly string[]) => Answer];

export interface StandIn {
  readonly url: string;
  readonly asked: Asked[];
  /** Answers in place of the routes, for as long as it answers. */
  trouble: ((asked: Asked) => Answer | undefined) | undefined;
  close(): Promise<void>;
}

export async function startStandIn(routes: readonly Route[]): Promise<StandIn> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://stand-in');
      const text = Buffer.concat(parts).toString();
      const one: Asked = { method: request.method ?? '', path: pathname, query: searchParams, authorization: request.headers.authorization, headers: request.headers, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
      asked.push(one);
      const { status, body, headers = {} } = standIn.trouble?.(one) ?? answerOf(routes, one);
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body === undefined ? '' : JSON.stringify(body));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const standIn: StandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, trouble: undefined,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return standIn;
}

function answerOf(routes: readonly Route[], asked: Asked): Answer {
  for (const [method, path, answer] of routes) {
    const parts = method === asked.method ? path.exec(asked.path) : null;
    if (parts !== null) return answer(asked, parts.slice(1).map(decodeURIComponent));
  }
  return { status: 404, body: { message: 'Not Found' } };
}
