/** A real router process, real instances, raw connections. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, type RequestListener, type RequestOptions, type Server, createServer, request } from 'node:http';
import { type AddressInfo, type Socket, connect, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RouterClient } from '../../../src/adapters/local/router-client.ts';
import type { RouterLimits } from '../../../src/router/limits.ts';
import type { RouterOptions } from '../../../src/router/router.ts';

export interface RouterRig {
  readonly child: ChildProcess;
  readonly client: RouterClient;
  readonly directory: string;
  readonly controlSocket: string;
  readonly port: number;
  readonly epoch: string;
  /** Everything the router has written to stderr. */
  log(): string;
  close(): Promise<void>;
}

/** What is true of one is true of the other: suites about requests run on both. */
export const PATHS = [
  { name: 'fast path', fastPath: true },
  { name: 'node:http', fastPath: false },
] as const;

/** How the process is started, where that matters: the bench runs the bundle that production runs. */
export interface Launch {
  readonly script: string;
  readonly nodeArguments: readonly string[];
}

const SOURCE: Launch = { script: fileURLToPath(new URL('router-process.ts', import.meta.url)), nodeArguments: [] };

export async function startRouterProcess(options: Partial<RouterOptions> & { limits?: Partial<RouterLimits> } = {}, { script, nodeArguments }: Launch = SOURCE): Promise<RouterRig> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'router-')));
  const controlSocket = join(directory, 'router.sock');
  const child = spawn(process.execPath, [...nodeArguments, script, JSON.stringify({ host: '127.0.0.1', port: 0, controlSocket, ...options, directory })], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += String(chunk)));
  const exited = once(child, 'exit');
  const first = await Promise.race([once(child.stdout, 'data'), exited.then(() => undefined)]);
  if (first === undefined) throw new Error(`the router did not start: ${log}`);
  const { port, epoch } = JSON.parse(String(first[0])) as { port: number; epoch: string };
  return {
    child, directory, controlSocket, port, epoch,
    client: new RouterClient({ controlSocket, timeoutMs: 15_000 }),
    log: () => log,
    close: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await exited;
      }
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export interface Instance {
  readonly port: number;
  readonly server: Server;
  close(): Promise<void>;
}

export async function startInstance(listener: RequestListener, port = 0): Promise<Instance> {
  const server = createServer(listener);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    server,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A TCP server: `onConnection` does what it likes. Remembers all bytes that came in. */
export async function startRawInstance(onConnection: (socket: Socket, received: () => string) => void): Promise<{ port: number; received: () => string; connections: () => number; close: () => Promise<void> }> {
  let all = '';
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    connections++;
    sockets.add(socket);
    let mine = '';
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      mine += chunk.toString('latin1');
      all += chunk.toString('latin1');
    });
    onConnection(socket, () => mine);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    received: () => all,
    connections: () => connections,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Sends bytes on a connection of their own and answers everything that came back until the end or `enough`. */
export async function sendRaw(port: number, pieces: readonly string[], enough: (text: string) => boolean = () => false): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  let text = '';
  const done = new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (enough(text)) resolve();
    });
    socket.on('close', () => resolve()).on('error', () => resolve());
  });
  await once(socket, 'connect');
  for (const piece of pieces) socket.write(piece, 'latin1');
  await done;
  socket.destroy();
  return text;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly trailers: IncomingMessage['trailers'];
  readonly body: string;
}

/** One request on a connection of its own (or of `agent`). */
export async function ask(port: number, options: RequestOptions = {}, body?: string | Buffer): Promise<Answer> {
  const outgoing = request({ host: '127.0.0.1', port, agent: false, ...options });
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  outgoing.end(body);
  const [answer] = await answered;
  const chunks: Buffer[] = [];
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
  return { status: answer.statusCode ?? 0, headers: answer.headers, trailers: answer.trailers, body: Buffer.concat(chunks).toString('utf8') };
}

/** Waits until `holds`, looking every few milliseconds; fails with what was seen last. */
export async function eventually<T>(look: () => Promise<T> | T, holds: (seen: T) => boolean, deadlineMs = 10_000): Promise<T> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > end) throw new Error(`not within ${deadlineMs} ms; seen last: ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
