/** The router, put together. Everything of one process is here; signals and exits are in process.ts. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createControlServer } from './control.ts';
import { listenPrivately } from './control-socket.ts';
import { ROUTER_LIMITS, type RouterLimits } from './limits.ts';
import { Listener } from './listener.ts';
import type { RouterLog } from './log.ts';
import { Mirrors } from './mirror/mirrors.ts';
import { type Plane, createPlaneServer } from './plane.ts';
import { Routes } from './routes.ts';
import { loadTable, saveTable } from './table-file.ts';

export interface RouterOptions {
  /** Where the last route table is kept. Made with mode 0700 when absent. */
  readonly directory: string;
  /** Address to listen on; loopback unless somebody asks for more. */
  readonly host: string;
  /** The shared port, with routes by Host header; 0: any free one, kept from then on. */
  readonly port: number;
  /** Path of the control socket, see `controlSocketPath`. */
  readonly controlSocket: string;
  /** What clients say in X-Forwarded-* headers: kept and added to, or replaced. */
  readonly forwarded?: Plane['forwarded'];
  readonly limits?: Partial<RouterLimits>;
  /** See Plane; true unless somebody looks for a difference between the paths. */
  readonly fastPath?: boolean;
}

export interface RunningRouter {
  readonly epoch: string;
  /** The shared port; undefined while another program holds it. */
  readonly port: number | undefined;
  /** Accepts nothing new, lets requests under way end, cuts the rest after the limit. */
  close(): Promise<void>;
}

/**
 * Starts with the table of the last time, and serves it at once.
 * @throws Conflict when another router answers at the control socket; InvalidInput when the saved table is damaged.
 */
export async function startRouter(options: RouterOptions, log: RouterLog): Promise<RunningRouter> {
  const limits = { ...ROUTER_LIMITS, ...options.limits };
  const epoch = randomUUID();
  const state = { ending: false, sharedPort: undefined as number | undefined };
  const table = await loadTable(options.directory);
  const wantedPort = options.port === 0 ? (table?.port ?? 0) : options.port;
  const plane: Plane = { limits, forwarded: options.forwarded ?? 'append', ending: () => state.ending, fastPath: options.fastPath ?? true };
  const mirrors = new Mirrors(log);
  const routes = new Routes({
    plane,
    mirrors,
    host: options.host,
    log,
    save: (entries, survives) => saveTable(options.directory, { format: 1, port: state.sharedPort ?? wantedPort, routes: entries }, survives),
  });
  const shared = new Listener(createPlaneServer(plane, (host) => routes.byHost(host)), options.host, log);
  const control = createControlServer({
    routes,
    epoch,
    now: Date.now,
    bodyBytes: limits.controlBytes,
    log,
    health: () => ({ epoch, pid: process.pid, ...(shared.waiting === undefined && { port: state.sharedPort }), routes: routes.list().length, waiting: [...(shared.waiting === undefined ? [] : [shared.waiting]), ...routes.waiting()] }),
  });
  // The control socket first: it proves that no other router serves this table.
  await listenPrivately(control, options.controlSocket);
  await routes.restore(table?.routes ?? []);
  state.sharedPort = (await shared.insist(wantedPort)) ?? wantedPort;
  if (table?.port !== state.sharedPort) await saveTable(options.directory, { format: 1, port: state.sharedPort, routes: routes.list() }, 'this table');
  log({ level: 'info', message: 'router serves', epoch, port: state.sharedPort, routes: routes.list().length });

  const close = async (): Promise<void> => {
    state.ending = true;
    mirrors.close();
    shared.close(limits.shutdownMs);
    routes.stopListening(limits.shutdownMs);
    const deadline = performance.now() + limits.shutdownMs;
    while (routes.busy() > 0 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    const closed = once(control, 'close');
    control.close();
    control.closeAllConnections();
    await Promise.all([routes.cut(), closed]);
    await rm(options.controlSocket, { force: true });
  };
  return { epoch, get port() { return shared.waiting === undefined ? state.sharedPort : undefined; }, close };
}
