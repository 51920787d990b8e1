/** The composition root of one machine: every port with its local adapter. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { ChangeEvent } from '../domain/change.ts';
import { NotSupported } from '../domain/errors.ts';
import { Generation, type EnvironmentName, type ServiceName } from '../domain/ids.ts';
import { sequentialJudge } from '../domain/judge/sequential/sequential-judge.ts';
import type { LocalConfig } from '../config.ts';
import { finishBuild } from '../app/finish-build.ts';
import { referencedArtifacts } from '../app/referenced-artifacts.ts';
import { newestTold } from '../app/relay/new-events.ts';
import { findDesired } from '../app/state/documents.ts';
import { recorded } from '../app/state/recorded-store.ts';
import { alertKey } from '../app/state/keys.ts';
import { createGitHosts } from '../adapters/git-hosts/git-hosts.ts';
import { createAlertLog } from '../adapters/local/alert-log.ts';
import { createArtifactFiles } from '../adapters/local/artifact-files.ts';
import { createArtifactFolder } from '../adapters/local/artifact-folder.ts';
import { createCommandRunner } from '../adapters/local/command-runner.ts';
import { createEnvironmentsFile } from '../adapters/local/environments-file.ts';
import { createGitSources, REPOSITORY_SCHEMES } from '../adapters/local/git-sources.ts';
import { createHttpChecks } from '../adapters/local/http-checks.ts';
import { createIdentityFile } from '../adapters/local/identity-file.ts';
import { createLocalBuilder } from '../adapters/local/local-builder.ts';
import { randomIds } from '../adapters/local/random-ids.ts';
import { RouterClient, routerRecorders } from '../adapters/local/router-client.ts';
import { replaysOverHttp } from '../adapters/local/replay/send.ts';
import { createRecordingFiles } from '../adapters/local/recording-files.ts';
import { createSecretFolder } from '../adapters/local/secret-folder.ts';
import { readOwnTargets } from '../adapters/local/own-targets.ts';
import { openSqliteStore } from '../adapters/local/sqlite-store.ts';
import { noTopics } from '../adapters/local/senders.ts';
import { systemClock } from '../adapters/local/system-clock.ts';
import { sendMail } from '../adapters/outgoing/mail.ts';
import { createPost } from '../adapters/outgoing/post.ts';
import { createDiscovery } from '../adapters/oidc/discovery.ts';
import { withProviders } from '../adapters/oidc/identities.ts';
import { createLogInProvider } from '../adapters/oidc/log-in-provider.ts';
import { createVerifier } from '../adapters/oidc/verifier.ts';
import { createSlackReplies } from '../adapters/slack/replies.ts';
import { createSlackWebApi } from '../adapters/slack/web-api.ts';
import { createTelemetryMetrics, type TelemetryMetrics } from '../adapters/local/telemetry-metrics.ts';
import { createWorkerMetrics, type WorkerMetrics } from '../adapters/local/worker-metrics.ts';
import { createEngine, type Engine } from '../engine/index.ts';
import type { Send } from '../contracts/own-target.ts';
import type { CommandOutcome } from '../ports/commands.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Ports } from '../ports/index.ts';
import type { ItemStore } from '../ports/item-store.ts';
import type { Settings } from '../ports/settings.ts';
import { TARGET_KINDS } from '../targets/registry.ts';
import { createProcessTarget, type InstanceChange, type ProcessTarget } from '../targets/process/index.ts';
import { HANDLERS } from './functions.ts';
import { webhookSecretAt, type Home } from './home.ts';
import { useLocalParts } from './local.ts';
import { loadMachines } from './machines.ts';
import { metricsSource } from './metrics-source.ts';
import { TELEMETRY_PATH } from './telemetry.ts';
import type { Platform } from './platform.ts';
import { secretAt, secretIfThere } from './private-file.ts';
import { limitConcurrency } from './reserved-concurrency.ts';
import { subjectOf } from './subject.ts';
import type { LocalTracing } from './trace/local-tracing.ts';
import { traces } from './trace/traces.ts';
import { kindOfFunction, localTargets } from './targets.ts';

export interface Composed {
  readonly ports: Ports;
  readonly engine: Engine;
  readonly target: ProcessTarget;
  /** Takes what instances send by OpenTelemetry. */
  readonly telemetry: TelemetryMetrics;
  /** Adopts instances, takes up builds, commands and executions where they were. */
  recover(): Promise<{ adopted: number; lost: number; executions: number }>;
  sweepExpired(): Promise<number>;
  /** Removes stored files that nothing names and that are older than a day; answers how many. */
  collectArtifacts(): Promise<number>;
  /** Lets go of everything; instances keep running. */
  close(): Promise<void>;
}

export interface ComposeOptions {
  readonly home: Home;
  readonly config: LocalConfig;
  readonly log: Platform['log'];
  readonly measure: Platform['measure'];
  /** Told of every transaction that changed something, after it. */
  readonly onEvent: (event: ChangeEvent) => void;
  /** Told when an instance changed by itself, so that repair need not wait for the schedule. */
  readonly onInstanceChange: (service: ServiceName, environment: EnvironmentName, change: InstanceChange) => void;
  /** Put around the store that everything here uses: benches count what is read and written. */
  readonly aroundStore?: ((store: ItemStore) => ItemStore) | undefined;
}

/** Beside this file in the source, beside the bundle in the packaged program. */
const REPLAY = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './entry/replay.ts' : './replay.mjs', import.meta.url));

const LOCAL_SETTINGS: Settings = { queuePollSeconds: 1, settleFirstSeconds: 0, settleShortestSeconds: 0.015, settleLongestSeconds: 2, watchSeconds: 1, repairLeaseSeconds: 60, placesAtOnce: 50, publicUrl: null, replayProgram: [process.execPath, '--disable-warning=ExperimentalWarning', REPLAY] };

/** A running pipeline's records are needed; ended executions are kept for so long. */
export const EXECUTIONS_KEPT_MS = 30 * 86_400_000;

/** Stored a moment ago, it may not be recorded yet. */
const COLLECT_AFTER_MS = 86_400_000;

export async function compose(options: ComposeOptions): Promise<Composed> {
  const { home, log } = options;
  const own = await readOwnTargets(home.targets, TARGET_KINDS);
  const tracing = await tracingOf(options, () => store);
  // The engine's journal is locked by whoever has it open: a second control plane on this home stops here.
  const engine = openEngine(options, own, tracing);
  const database = openSqliteStore({ path: home.state, clock: systemClock });
  const store = recorded(options.aroundStore?.(database) ?? database, { clock: systemClock, ids: randomIds, newerThan: await newestTold({ store: database }), publish: options.onEvent });
  const traffic = new RouterClient({ controlSocket: home.routerSocket });
  const environments = createEnvironmentsFile({ path: home.environments });
  const artifacts = createArtifactFolder({ directory: home.artifacts });
  const sources = createGitSources({ directory: home.git, settings: { schemes: REPOSITORY_SCHEMES, environment: options.config.gitEnvironment } });
  const secrets = createSecretFolder({ directory: home.secrets });
  const target = await createProcessTarget({
    directory: home.instances, artifacts, secrets, traffic, clock: systemClock, ids: randomIds,
    settings: { path: options.config.path, spawnerSocket: home.spawnerSocket, telemetry: () => telemetryAt(home) },
    fence: { current: async (service, environment) => (await findDesired(store, service, environment))?.value.generation ?? Generation.parse(0) },
    onChange: (ref, change) => {
      log('info', change.detail, { instance: change.instance, change: change.kind, ...subjectOf({ ...ref, revision: change.revision }) });
      if (options.config.exitEvents) options.onInstanceChange(ref.service, ref.environment, change);
    },
  });
  const builder = createLocalBuilder({ directory: home.builds, sources, artifacts, clock: systemClock, settings: { path: options.config.path, environment: options.config.buildEnvironment ?? {} }, onFinished: async ({ request, outcome }) => finishBuild(ports)({ pipelineId: request.build as never, token: request.token, outcome }) });
  const commands = createCommandRunner({ directory: home.commands, sources, artifacts, settings: { path: options.config.path }, answer: (token: string, outcome: CommandOutcome) => engine.succeedTask(token, outcome) });
  const telemetry = createTelemetryMetrics({ clock: systemClock, ids: randomIds });
  const discovery = createDiscovery({ now: () => performance.now() });
  const ports: Ports = {
    store, clock: systemClock, ids: randomIds, orchestrator: engine, targets: localTargets(['process'], own), artifacts, sources, builder, commands, metrics: metricsOf(metricsSource(options.config.prometheus ?? null, traffic, systemClock), createWorkerMetrics({ clock: systemClock, ids: randomIds }), target, telemetry, store), judge: sequentialJudge, parallelRuns: { read: (service, environment) => traffic.parallelRun(service, environment) }, recorders: routerRecorders(traffic),
    recordingFiles: createRecordingFiles({ folder: home.uploads, artifacts, ids: randomIds }), artifactFiles: createArtifactFiles({ folder: home.uploads, artifacts, ids: randomIds }), replays: replaysOverHttp,
    httpChecks: createHttpChecks(), slackReplies: createSlackReplies({ origin: options.config.slackOrigin }),
    // Whoever carries it out answers for itself.
    slackHandover: { begin: async (request) => void invoke('slipway-slack-worker', { request }).catch((error: unknown) => log('error', `a request of Slack failed: ${String(error)}`, { slackRequest: request })) },
    // Here runs follow the events of this process: nothing has to be rung.
    subscriberQueues: { ring: () => Promise.reject(new NotSupported('One machine has no queues: subscribers follow events by themselves.')) },
    secrets, senders: { post: createPost({ allowsLoopback: true }), mail: sendMail, publish: noTopics },
    slackMessages: createSlackWebApi({ origin: options.config.slackOrigin, token: async () => secretIfThere(home.slackToken) }),
    environments, settings: { ...LOCAL_SETTINGS, sweepSeconds: options.config.sweepSeconds, publicUrl: options.config.publicUrl ?? null, traceUrl: options.config.traceUrl },
    notifier: createAlertLog({ store, clock: systemClock, ids: randomIds, keyOf: alertKey, log }),
    gitHosts: createGitHosts({ secrets: createSecretFolder({ directory: home.secrets }), clock: systemClock, sleep: (ms) => new Promise((resolve) => { setTimeout(resolve, ms); }) }),
    webhookSecrets: { gitHost: async (host) => secretAt(webhookSecretAt(home, host)), slack: async () => secretAt(home.slackSecret) },
    identities: withProviders(createIdentityFile({ path: home.identities, ids: randomIds, clock: systemClock }), { verifier: createVerifier({ clock: systemClock, discovery }), environments }),
    logInProvider: createLogInProvider({ clock: systemClock, discovery }),
    traces,
    // Here builds and commands are children of this process, which hears of their ends itself.
    jobEvents: { ended: async () => undefined, sweep: async () => ({ ended: 0, running: 0 }) },
    jobCredentials: { lend: () => Promise.reject(new NotSupported('Builds of this machine check out with git\'s own credentials: nothing is lent.')) },
    // A look at the ends of files costs next to nothing: there is no cursor, and one that is given changes nothing.
    instanceLogs: { tail: async (service, environment, tailBytes) => ({ output: (await target.logs({ service, environment }, { tailBytes })).map(({ instance, revision, text }) => ({ instance, revision, text })) }) },
    starts: { over: (service, environment, revisions, withinMs) => target.startsOver({ service, environment }, revisions, withinMs) },
  };
  useLocalParts({ ports, targets: { process: target }, log, measure: options.measure, spans: tracing?.sink });
  return {
    ports, engine, target, telemetry,
    recover: async () => {
      const { adopted, lost } = await target.adopt();
      await builder.recover();
      await commands.recover();
      await tracing?.executions.resume(engine);
      return { adopted, lost, executions: await engine.recover() };
    },
    sweepExpired: () => database.sweep(),
    collectArtifacts: async () => (await artifacts.collect(await referencedArtifacts(ports)(), Date.now() - COLLECT_AFTER_MS)).length,
    close: async () => {
      await engine.close();
      await commands.close();
      await builder.close();
      await target.close();
      // What is still to be sent looks up which release it is about.
      await tracing?.close();
      await database.close();
      useLocalParts(undefined);
    },
  };
}

/**
 * A worker is counted by itself, a service by what it sends where all of its revisions do, everything else by the router: two
 * revisions that are compared are counted by the same source.
 */
const metricsOf = (router: Metrics, workers: WorkerMetrics, target: Pick<ProcessTarget, 'workers'>, telemetry: TelemetryMetrics, store: Ports['store']): Metrics => ({
  read: async (service, environment) => {
    const instances = target.workers({ service, environment });
    if (instances.length > 0) return workers.read(service, environment, instances);
    const specs = Object.values((await findDesired(store, service, environment))?.value.revisions ?? {}).map(({ spec }) => spec);
    const histograms = new Set(specs.map(({ openTelemetry }) => openTelemetry?.histogram));
    const [histogram] = histograms;
    return histograms.size === 1 && histogram !== undefined ? telemetry.read(histogram, specs.map(({ revision }) => revision)) : router.read(service, environment);
  },
});

/** Null until the control plane serves. */
function telemetryAt(home: Home): { readonly endpoint: string; readonly token: string } | null {
  const address = secretIfThere(home.address);
  return address === null ? null : { endpoint: `${address}${TELEMETRY_PATH}`, token: secretAt(home.telemetryToken) };
}

/** Null where no endpoint is configured: then nothing of it is loaded. */
async function tracingOf({ config, log, measure }: ComposeOptions, store: () => ItemStore): Promise<LocalTracing | null> {
  if (config.traces === undefined) return null;
  const { createLocalTracing } = await import('./trace/local-tracing.ts');
  return createLocalTracing({ settings: config.traces, store, log, measure });
}

function openEngine({ home, log, measure }: ComposeOptions, own: ReadonlyMap<string, Send>, tracing: LocalTracing | null): Engine {
  const machines = loadMachines();
  return createEngine({
    clock: systemClock, ids: randomIds, database: home.journal, machines,
    invoke: (name, payload, by) => {
      const call = () => (own.get(kindOfFunction(name) ?? '') ?? ((event) => invoke(name, event)))(payload);
      return tracing === null ? call() : tracing.call(by, call);
    },
    ...(tracing === null ? {} : { onTransition: (transition) => tracing.executions.heard(transition) }),
    onEnded: ({ machine, status, startedAt, stoppedAt }) => measure({ name: 'StageSeconds', value: ((stoppedAt ?? startedAt) - startedAt) / 1000, stage: machine, outcome: status.toLowerCase() }),
    onFault: (fault, execution) => log('error', fault instanceof Error ? fault.message : String(fault), { part: 'engine', ...subjectOf(execution?.input), ...(execution === undefined ? {} : { machine: execution.machine, execution: execution.name }) }),
  });
}

type AnyHandler = (event: unknown, context: never) => Promise<unknown>;

/** Each admission runs git several times: a flood of pushes is worked off in order, and leaves the machine to everything else. */
const ADMISSIONS_AT_ONCE = 2;
const admit = limitConcurrency(ADMISSIONS_AT_ONCE, HANDLERS['slipway-admit'] as unknown as AnyHandler);

/** Calls an exported handler with the event that Lambda would give it. */
export async function invoke(name: string, payload: unknown): Promise<unknown> {
  const handler = name === 'slipway-admit' ? admit : (HANDLERS as Readonly<Record<string, unknown>>)[name] as AnyHandler | undefined;
  if (handler === undefined) throw Object.assign(new Error(`There is no function ${name}. Known: ${Object.keys(HANDLERS).join(', ')}.`), { name: 'Lambda.ResourceNotFoundException' });
  return handler(payload, { functionName: name, awsRequestId: randomUUID() } as never);
}
