/** The control plane's process: HTTP API, webhooks, Slack, the engine, the schedules. */
import type { Server } from 'node:http';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { Conflict } from '../domain/errors.ts';
import { OWNER } from '../api/people.ts';
import { scaffoldEnvironments } from '../contracts/manifest/scaffold.ts';
import { Identity, type EnvironmentName, type ServiceName } from '../domain/ids.ts';
import type { LocalConfig } from '../config.ts';
import { compose, EXECUTIONS_KEPT_MS, invoke, type Composed } from './compose.ts';
import { createGateway } from './gateway.ts';
import type { Home } from './home.ts';
import { prepareHome } from './home.ts';
import { lineLog } from './line-log.ts';
import { readPrivate, secretAt, writePrivate } from './private-file.ts';
import { startSchedules } from './schedules.ts';
import { receiveUpload } from './uploads.ts';

export interface ControlPlane {
  readonly address: string;
  readonly composed: Composed;
  close(): Promise<void>;
}

/** Instance changes come in bursts (a zone, a host): one pass looks at all that came meanwhile. */
const BURST_MS = 2;

/** Starts, takes up where the last one was, and serves. @throws Conflict when another control plane has this home */
export async function startControlPlane(home: Home, config: LocalConfig): Promise<ControlPlane> {
  prepareHome(home);
  const log = lineLog('control-plane');
  if (writeFirstEnvironments(home)) log('info', 'wrote the first environments.yaml: staging, then production, approved by the owner; change it to your own', { path: home.environments });
  const dirty = dirtyPlaces((places) => void invoke('slipway-reconcile', { places }).catch((error: unknown) => log('warn', `the repair after an event failed; the schedule repairs: ${String(error)}`, {})));
  const composed = await compose({ home, config, log, onInstanceChange: dirty.mark });
  await ensureToken(home, composed);
  secretAt(home.webhookSecret);
  secretAt(home.slackSecret);
  const recovered = await composed.recover();
  log('info', 'recovered', recovered);
  const server = createGateway({ log: (message, details) => log('error', message, details), streamed: (request, response) => receiveUpload({ ports: composed.ports, folder: home.uploads }, request, response) });
  const address = await listen(server, config, lastPort(home));
  writePrivate(home.address, `${address}\n`);
  const schedules = startSchedules([
    { name: 'reconcile', everySeconds: config.passSeconds, run: () => invoke('slipway-reconcile', {}) },
    { name: 'sweep-outbox', everySeconds: config.passSeconds, run: () => invoke('slipway-sweep-outbox', {}) },
    { name: 'sweep-expired', everySeconds: 600, run: () => composed.sweepExpired() },
    { name: 'prune-executions', everySeconds: 3600, run: () => composed.engine.prune(Date.now() - EXECUTIONS_KEPT_MS) },
  ], log);
  log('info', 'serving', { address });
  return {
    address, composed,
    close: async () => {
      schedules.stop();
      dirty.stop();
      server.close();
      server.closeAllConnections();
      rmSync(home.address, { force: true });
      await composed.close();
    },
  };
}

/** A first start has somewhere to deploy to. What is there already is never touched. */
function writeFirstEnvironments(home: Home): boolean {
  try {
    writeFileSync(home.environments, scaffoldEnvironments({ approver: OWNER }), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

/** The port of the last control plane, so that one that was killed comes back where it was also when any free port would do. */
function lastPort(home: Home): number {
  try {
    return Number(new URL(readPrivate(home.address)).port);
  } catch {
    return 0;
  }
}

/** @throws Conflict when the port is taken */
async function listen(server: Server, config: LocalConfig, preferred: number): Promise<string> {
  for (const port of config.port === 0 && preferred !== 0 ? [preferred, 0] : [config.port]) {
    try {
      server.listen(port, config.host);
      await once(server, 'listening');
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      if (port === config.port) throw new Conflict(`The port ${port} of ${config.host} is taken by another program. End it, or choose another port: SLIPWAY_PORT=... slipway up`);
    }
  }
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new TypeError('the server listens on no port');
  return `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${bound.port}`;
}

/** The token of whoever started this first; everybody else gets one with "slipway token add". */
async function ensureToken(home: Home, composed: Composed): Promise<void> {
  const { identities } = composed.ports;
  try {
    if ((await identities.byToken(readPrivate(home.token))) !== null) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  writePrivate(home.token, `${await identities.add(Identity.parse(OWNER))}\n`);
}

function dirtyPlaces(look: (places: { service: ServiceName; environment: EnvironmentName }[]) => void) {
  const marked = new Map<string, { service: ServiceName; environment: EnvironmentName }>();
  let timer: NodeJS.Timeout | undefined;
  return {
    mark: (service: ServiceName, environment: EnvironmentName) => {
      marked.set(`${service}#${environment}`, { service, environment });
      timer ??= setTimeout(() => {
        timer = undefined;
        const places = [...marked.values()];
        marked.clear();
        look(places);
      }, BURST_MS);
    },
    stop: () => clearTimeout(timer),
  };
}
