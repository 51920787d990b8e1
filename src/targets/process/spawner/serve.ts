/**
 * Starts processes for a target that is another process. To start a process the system copies the tables of the pages of who asks for it, and
 * afterwards each page that is written costs a fault: a process with little memory of its own does it in a fraction of the time.
 */
import { type Server, type Socket, createServer } from 'node:net';
import { type Spawned, startProcess } from '../spawn.ts';
import { lineOf, lines, monotonicMs, type SpawnReport, SpawnRequest } from './messages.ts';

export interface SpawnServer {
  /** Not listening yet. */
  readonly server: Server;
  /** Takes no more; what was started goes on. */
  close(): void;
}

/** Who can connect can start processes as this user: listen where nobody else can. */
export function createSpawnServer(): SpawnServer {
  const connections = new Set<Socket>();
  const server = createServer((socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    // Who asked has ended in the middle: its processes go on, and the next target takes them over.
    socket.on('error', () => socket.destroy());
    const take = lines((line) => carryOut(line, socket));
    socket.setEncoding('utf8').on('data', (piece: string) => {
      if (!take(piece)) socket.destroy();
    });
  });
  return {
    server,
    close: () => {
      server.close();
      for (const socket of connections) socket.destroy();
    },
  };
}

function requestIn(line: string): SpawnRequest | undefined {
  try {
    return SpawnRequest.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function carryOut(line: string, socket: Socket): void {
  const tell = (report: SpawnReport): void => {
    if (socket.writable) socket.write(lineOf(report));
  };
  const request = requestIn(line);
  // No spawner client of this version: it learns that by the end of the connection, and starts by itself.
  if (request === undefined) return void socket.destroy();
  const { id, notAfterMs, start } = request;
  if (monotonicMs() > notAfterMs) return tell({ kind: 'late', id });
  report(id, startProcess(start), tell);
}

function report(id: number, { pid, ended, release }: Spawned, tell: (report: SpawnReport) => void): void {
  release();
  if (pid !== undefined) tell({ kind: 'started', id, pid });
  void ended.then(({ how, isFinal }) => tell(pid === undefined ? { kind: 'failed', id, why: how, isFinal } : { kind: 'ended', id, how }));
}
