/** A small real HTTP server with canned answers, and what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly type: string | undefined;
  readonly body: string;
}

export type Canned = { readonly status?: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> } | 'hang up';

export interface ControlPlane {
  readonly address: string;
  readonly asked: Asked[];
  close(): Promise<void>;
}

export const TOKEN = 'a-token-for-tests';

/** @param answers by "METHOD /path" without the query; a function may answer differently each time */
export async function controlPlane(answers: Readonly<Record<string, Canned | ((asked: Asked) => Canned)>>, port = 0): Promise<ControlPlane> {
  const asked: Asked[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { authorization, 'content-type': type } = request.headers;
    const one: Asked = { method: request.method ?? '', path: request.url ?? '', authorization, type, body: await bodyOf(request) };
    asked.push(one);
    const found = answers[`${one.method} ${one.path.split('?')[0] ?? ''}`];
    const canned = authorization !== `Bearer ${TOKEN}` ? problem(401, 'Unauthenticated', 'Send a token.') : typeof found === 'function' ? found(one) : found ?? problem(404, 'NotFound', `There is no ${one.method} ${one.path}.`);
    if (canned === 'hang up') request.socket.destroy();
    else response.writeHead(canned.status ?? 200, { 'content-type': 'application/json', ...canned.headers }).end(JSON.stringify(canned.body));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => { server.listen(port, '127.0.0.1', resolve); });
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked,
    close: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }),
  };
}

export const problem = (status: number, title: string, detail: string, evidence?: unknown): Canned => ({ status, body: { type: `urn:slipway:error:${title}`, title, status, detail, ...(evidence === undefined ? {} : { evidence }) } });

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1');
}
