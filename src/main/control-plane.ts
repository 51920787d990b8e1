/** The control plane's process: HTTP API, webhooks, Slack, the engine, the schedules. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identify } from '../api/access.ts';
import { authorize } from '../app/authorize.ts';
import { answerOfError, type HttpAnswer } from '../contracts/http.ts';
import { Conflict } from '../domain/errors.ts';
import { GIT_HOSTS } from '../domain/git-host.ts';
import { OWNER } from '../domain/roles.ts';
import { scaffoldEnvironments } from '../contracts/manifest/scaffold.ts';
import { Identity } from '../domain/ids.ts';
import type { Relayed } from '../app/relay.ts';
import { replaceFailed } from '../app/replace-failed.ts';
import type { TargetCall } from '../app/target-calls.ts';
import { SUBSCRIBERS } from '../ports/subscriber.ts';
import type { LocalConfig } from '../config.ts';
import type { RelaunchResult } from '../contracts/target.ts';
import { compose, type ComposeOptions, EXECUTIONS_KEPT_MS, invoke, type Composed } from './compose.ts';
import { consoleFiles } from './console-files.ts';
import { createGateway } from './gateway.ts';
import type { Home } from './home.ts';
import { prepareHome, webhookSecretAt } from './home.ts';
import { followEvents } from './follow-events.ts';
import { followInstances } from './instance-changes.ts';
import { createLiveEvents } from './live-events.ts';
import { lineLog } from './line-log.ts';
import { packageRoot } from './machines.ts';
import { createOwnMetrics, type OwnMetrics } from './own-metrics.ts';
import type { Platform } from './platform.ts';
import { readPrivate, secretAt, writePrivate } from './private-file.ts';
import { receiveTelemetry } from './telemetry.ts';
import { createRequestBodies } from './request-bodies.ts';
import { startSchedules } from './schedules.ts';
import { outside } from './trace/work.ts';
import { receiveUpload } from './uploads.ts';

export interface ControlPlane {
  readonly address: string;
  readonly composed: Composed;
  close(): Promise<void>;
}

/** Starts, takes up where the last one was, and serves. @throws Conflict when another control plane has this home */
export async function startControlPlane(home: Home, config: LocalConfig, options: Pick<ComposeOptions, 'aroundStore'> = {}): Promise<ControlPlane> {
  prepareHome(home);
  const line = lineLog('control-plane');
  const log: Platform['log'] = (level, message, details) => {
    if (level !== 'info') metrics.happened(level === 'warn' ? 'log_warnings' : 'log_errors');
    line(level, message, details);
  };
  if (writeFirstEnvironments(home)) log('info', 'wrote the first environments.yaml: staging, then production, approved by the owner; change it to your own', { path: home.environments });
  const changes = followInstances({
    replace: (place, failed) => outside(async () => replaced(await replaceFailed(composed.ports)({ ...place, instances: failed }), failed.length)),
    look: async (places) => void (await outside(() => invoke('slipway-reconcile', { places }))),
    fault: (fault, places) => log('warn', `what an event asked for failed; the schedule repairs: ${String(fault)}`, places.length === 1 ? { ...places[0] } : { places: places.map(({ service, environment }) => `${service}#${environment}`) }),
  });
  const told = followEvents({ subscribers: SUBSCRIBERS, run: (subscriber) => outside(() => invoke(`slipway-subscriber-${subscriber}`, {})) as Promise<Relayed>, log });
  const live = createLiveEvents(() => composed.ports);
  const bodies = createRequestBodies();
  const metrics = createOwnMetrics({ ports: () => composed.ports, listeners: () => live.count(), heldBodyBytes: () => bodies.held() });
  const composed: Composed = await compose({ home, config, log, measure: (figure) => metrics.measure(figure), onEvent: (event) => { metrics.happened('events'); live.publish(event); told.happened(); }, onInstanceChange: changes.changed, ...options });
  await ensureToken(home, composed);
  for (const host of GIT_HOSTS) secretAt(webhookSecretAt(home, host));
  secretAt(home.slackSecret);
  const recovered = await composed.recover();
  log('info', 'recovered', recovered);
  const server = createGateway({
    bodies, origins: config.consoleOrigins, console: consoleFiles(join(packageRoot(), 'console', 'dist')), log: (message, details) => log('error', message, details), answered: (...request) => metrics.requested(...request),
    refused: (request) => refusalOf(composed.ports, request),
    streamed: async (request, response) => (await live.serve(request, response)) || (await serveMetrics(composed.ports, metrics, request, response)) || (await receiveTelemetry({ metrics: composed.telemetry, token: () => secretAt(home.telemetryToken) }, request, response)) || receiveUpload({ ports: composed.ports, folder: home.uploads }, request, response),
  });
  const address = await listen(server, config, lastPort(home));
  writePrivate(home.address, `${address}\n`);
  const schedules = startSchedules([
    { name: 'reconcile', everySeconds: config.passSeconds, run: () => invoke('slipway-reconcile', {}) },
    { name: 'sweep-outbox', everySeconds: config.passSeconds, run: () => invoke('slipway-sweep-outbox', {}) },
    { name: 'sweep-repositories', everySeconds: config.sweepSeconds, run: () => invoke('slipway-sweep-repositories', {}) },
    { name: 'relay', everySeconds: config.passSeconds, run: async () => told.happened() },
    { name: 'slack-requests', everySeconds: config.passSeconds, run: () => invoke('slipway-slack-worker', {}) },
    { name: 'sweep-expired', everySeconds: 600, run: () => composed.sweepExpired() },
    { name: 'collect-artifacts', everySeconds: 21_600, run: () => composed.collectArtifacts() },
    { name: 'prune-executions', everySeconds: 3600, run: () => composed.engine.prune(Date.now() - EXECUTIONS_KEPT_MS) },
  ], log);
  told.happened();
  log('info', 'serving', { address });
  return {
    address, composed,
    close: async () => {
      schedules.stop();
      changes.stop();
      told.stop();
      live.close();
      metrics.close();
      server.close();
      server.closeAllConnections();
      rmSync(home.address, { force: true });
      await composed.close();
    },
  };
}

/** Whoever is nobody, or may not even look, is refused. */
async function refusalOf(ports: Composed['ports'], request: IncomingMessage): Promise<HttpAnswer | null> {
  try {
    await authorize(ports)(await identify(ports, request.headers.authorization), 'view', { kind: 'anywhere' });
    return null;
  } catch (error) {
    return answerOfError(error);
  }
}

/** `GET /metrics`, for those who may look. Answers false for another request. */
async function serveMetrics(ports: Composed['ports'], metrics: OwnMetrics, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  if (request.url?.split('?', 1)[0] !== '/metrics' || request.method !== 'GET') return false;
  const said = (await refusalOf(ports, request)) ?? { statusCode: 200, headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' }, body: await metrics.text() };
  response.writeHead(said.statusCode, { ...said.headers, 'content-length': Buffer.byteLength(said.body) }).end(said.body);
  return true;
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

/** Whether the calls, all of them relaunches, started a successor for each of so many instances. */
async function replaced(calls: readonly TargetCall[], instances: number): Promise<boolean> {
  let started = 0;
  for (const call of calls) started += ((await invoke(call.function, call.request)) as RelaunchResult).started.length;
  return started === instances;
}
