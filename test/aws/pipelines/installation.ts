/**
 * A whole installation on the emulated AWS: the packaged functions' handlers over the adapters for AWS, each with the real client of
 * the SDK, and the local engine in Step Functions' place. Pushes come from a git host on loopback; builds are runs of the build
 * project's own program. Every call goes through the fault proxy.
 */
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { signedBuilds } from '../../../src/adapters/aws/calls/signed-builds.ts';
import { signedMetrics } from '../../../src/adapters/aws/calls/signed-metrics.ts';
import { type PlaceCalls, signedPlaces } from '../../../src/adapters/aws/calls/signed-places.ts';
import { signedExecutions, signedFunctions, signedTable } from '../../../src/adapters/aws/calls/signed-services.ts';
import { createCloudWatchMetrics, createLocate } from '../../../src/adapters/aws/cloudwatch-metrics.ts';
import type { TargetSources } from '../../../src/adapters/aws/cloudwatch-metrics/locate.ts';
import { codeBuildCalls, createCodeBuildBuilder, createCodeBuildCommands, createJobEvents } from '../../../src/adapters/aws/codebuild-jobs.ts';
import { createDynamoStore } from '../../../src/adapters/aws/dynamodb-store.ts';
import { placeThrough } from '../../../src/adapters/aws/http-git/checkout.ts';
import { createHttpGitSources } from '../../../src/adapters/aws/http-git-sources.ts';
import { createLambdaTargets } from '../../../src/adapters/aws/lambda-targets.ts';
import { mirrorsNotSupported, recordersNotSupported } from '../../../src/adapters/aws/not-supported.ts';
import { extractArchive } from '../../../src/adapters/archive-rules/extract.ts';
import { createS3Artifacts } from '../../../src/adapters/aws/s3-artifacts.ts';
import { createStepFunctions } from '../../../src/adapters/aws/step-functions.ts';
import { createAlertLog } from '../../../src/adapters/local/alert-log.ts';
import { createArtifactFiles } from '../../../src/adapters/local/artifact-files.ts';
import { randomIds } from '../../../src/adapters/local/random-ids.ts';
import { createRecordingFiles } from '../../../src/adapters/local/recording-files.ts';
import { replaysOverHttp } from '../../../src/adapters/local/replay/send.ts';
import { systemClock } from '../../../src/adapters/local/system-clock.ts';
import { finishBuild } from '../../../src/app/finish-build.ts';
import { deliveries } from '../../../src/app/look.ts';
import { registerRepository } from '../../../src/app/register.ts';
import { observe } from '../../../src/app/observe.ts';
import { findDesired, getDeployment, getPipeline, type Stored } from '../../../src/app/state/documents.ts';
import { alertKey } from '../../../src/app/state/keys.ts';
import { TargetRequest } from '../../../src/contracts/target.ts';
import type { Access } from '../../../src/domain/access.ts';
import { Environments } from '../../../src/domain/environment.ts';
import { NotFound, NotSupported } from '../../../src/domain/errors.ts';
import { deploymentId, EnvironmentName, Generation, Identity, PipelineId, ServiceName } from '../../../src/domain/ids.ts';
import { sequentialJudge } from '../../../src/domain/judge/sequential/sequential-judge.ts';
import { isOver, type Pipeline } from '../../../src/domain/pipeline.ts';
import type { Deployment } from '../../../src/domain/deployment.ts';
import type { Desired, Observed } from '../../../src/domain/state.ts';
import { createEngine, type Engine } from '../../../src/engine/index.ts';
import { placedIn } from '../../../src/main/aws/placed.ts';
import { invoke as invokeHandler } from '../../../src/main/compose.ts';
import { targetHandler } from '../../../src/main/target-handler.ts';
import { useLocalParts } from '../../../src/main/local.ts';
import { traces } from '../../../src/main/trace/traces.ts';
import { loadMachines } from '../../../src/main/machines.ts';
import type { ArtifactStore } from '../../../src/ports/artifacts.ts';
import type { Ports } from '../../../src/ports/index.ts';
import type { Fence, Target } from '../../../src/ports/target.ts';
import { startGitHost, type GitHost } from '../../unit/adapters/aws/http-git/git-host.ts';
import { gitRepository, type GitRepository, type Tree } from '../../unit/adapters/local/git-repository.ts';
import { codeBuildService, type CodeBuildService } from '../codebuild-service.ts';
import { clientSettings, INSTALLED, makeStateTable, uniqueName } from '../emulator.ts';
import { startFaultProxy, type FaultProxy, type Shim } from '../faults.ts';
import { invocations } from '../shims/invocations.ts';
import { MACHINE_ARN_PREFIX, stepFunctions } from '../shims/step-functions.ts';
import { functionCalls } from './function-calls.ts';
import type { Traffic } from './traffic.ts';

const GITHUB_SECRET = 'github-key';
/** Anna's, who may do everything. */
export const TOKEN = 'token-of-anna';
const ENDS_WITHIN_MS = 150_000;

/** What a target is made of besides its own clients. */
export interface TargetNeeds {
  readonly artifacts: ArtifactStore;
  readonly fence: Fence;
  /** The proxy's address. */
  readonly endpoint: string;
  readonly folder: string;
}

export interface AwsInstallationOptions {
  readonly kind: string;
  readonly target: (needs: TargetNeeds) => Target;
  /** What the emulator does otherwise than AWS in the target's services. */
  readonly shims: readonly Shim[];
  /** Where its revisions are counted. */
  readonly sources: (places: (access: Access | null) => PlaceCalls) => TargetSources;
  readonly traffic: Traffic;
  /** As in environments.yaml; given the bucket of artifacts. */
  readonly environments: (bucket: string) => unknown;
  /** What accounts/environment-role.yml is deployed with for each environment. */
  readonly roles: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface AwsInstallation {
  readonly ports: Ports;
  readonly proxy: FaultProxy;
  readonly codeBuild: CodeBuildService;
  readonly origin: GitRepository;
  readonly service: ServiceName;
  readonly traffic: Traffic;
  /** Commits the files, pushes, sends the signed webhook; answers the pipeline that it started. */
  push(files: Tree): Promise<Pipeline>;
  /** As `push`, and waits for the pipeline's end. */
  release(files: Tree): Promise<Pipeline>;
  ended(id: PipelineId): Promise<Pipeline>;
  desired(environment: string): Promise<Desired>;
  deployment(pipeline: Pick<Pipeline, 'id'>, environment: string): Promise<Stored<Deployment>>;
  /** What the target sees now. */
  observed(environment: string): Promise<Observed>;
  /** What the schedules do, once: repair, outbox, ends of builds. */
  pass(): Promise<void>;
  /** Makes passes until it holds. */
  eventually(what: string, holds: () => Promise<boolean>): Promise<void>;
  close(): Promise<void>;
}

/** Looks as often as a test wants to wait; on AWS each look is paid for. */
const SETTINGS: Ports['settings'] = { queuePollSeconds: 1, settleFirstSeconds: 0.05, settleShortestSeconds: 0.1, settleLongestSeconds: 1, watchSeconds: 1, repairLeaseSeconds: 60, publicUrl: null, replaysHere: { seconds: 420, rate: 300, fileBytes: 16 * 1024 * 1024 } };

export async function startAwsInstallation(options: AwsInstallationOptions): Promise<AwsInstallation> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-aws-'));
  const proxy = await startFaultProxy();
  for (const [environment, parameters] of Object.entries(options.roles)) proxy.deployRoles(environment, parameters);
  const codeBuild = codeBuildService({ project: 'slipway-jobs', proxy });
  const functions: Record<string, (payload: unknown) => Promise<unknown>> = {};
  for (const shim of [codeBuild.shim, options.traffic.cloudWatch.shim, invocations(functions), ...options.shims]) proxy.shim(shim);
  const state = await makeStateTable();
  const s3 = new S3Client({ ...clientSettings(proxy.endpoint), forcePathStyle: true });
  const bucket = uniqueName('artifacts');
  await s3.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }));
  proxy.standsFor(state.table, INSTALLED.table);
  proxy.standsFor(bucket, INSTALLED.bucket);
  const { call, byAccess, objects: objectsIn } = functionCalls(proxy.endpoint);
  const store = createDynamoStore({ call: signedTable(call), table: state.table });
  const objects = objectsIn(bucket);
  const artifacts = createS3Artifacts({ extract: extractArchive, objects });
  const fence: Fence = { current: async (service, environment) => (await findDesired(store, service, environment))?.value.generation ?? Generation.parse(0) };
  const target = options.target({ artifacts, fence, endpoint: proxy.endpoint, folder });
  const callTarget = targetHandler(options.kind, async () => target);
  const targetFunction = `slipway-target-${options.kind}`;
  functions[targetFunction] = (payload) => callTarget(TargetRequest.parse(payload), { functionName: targetFunction });
  const invoke = (name: string, payload: unknown): Promise<unknown> => (functions[name] ?? ((event) => invokeHandler(name, event)))(payload);
  const faults: unknown[] = [];
  const engine: Engine = createEngine({ clock: systemClock, ids: randomIds, database: ':memory:', machines: loadMachines(), invoke, onFault: (fault) => faults.push(fault) });
  proxy.shim(stepFunctions(engine));
  const orchestrator = createStepFunctions({ call: signedExecutions(call), machineArnPrefix: MACHINE_ARN_PREFIX });
  const jobNeeds = { store, clock: systemClock, ids: randomIds, calls: codeBuildCalls({ builds: signedBuilds(call), objects, settings: { project: 'slipway-jobs', bucket, lender: null } }) };
  const metrics = createCloudWatchMetrics({
    calls: (access) => signedMetrics(byAccess(access)), clock: systemClock,
    locate: createLocate({ placed: placedIn(store), targets: { [options.kind]: options.sources((access) => signedPlaces(byAccess(access))) } }),
  });
  const unused = (what: string) => (): Promise<never> => Promise.reject(new NotSupported(`${what} is no part of these tests.`));
  const ports: Ports = {
    store, clock: systemClock, ids: randomIds, orchestrator, traces, artifacts, metrics, judge: sequentialJudge, settings: SETTINGS,
    targets: createLambdaTargets({ call: signedFunctions(call), names: [options.kind] }),
    sources: createHttpGitSources({ place: placeThrough(folder), settings: { schemes: ['http'] } }),
    builder: createCodeBuildBuilder(jobNeeds), commands: createCodeBuildCommands(jobNeeds),
    jobCredentials: { lend: unused('A credential') },
    jobEvents: createJobEvents({
      ...jobNeeds, artifacts, onBuilt: ({ request, outcome }) => finishBuild(ports)({ pipelineId: PipelineId.parse(request.build), token: request.token, outcome }),
      onRan: (token, outcome) => orchestrator.succeedTask(token, outcome),
    }),
    environments: { read: async () => Environments.parse(options.environments(bucket)) },
    notifier: createAlertLog({ store, clock: systemClock, ids: randomIds, keyOf: alertKey, log: () => undefined }),
    gitHosts: { api: () => { throw new Error('Git hosts are no part of this test.'); } },
    webhookSecrets: { gitHost: async () => GITHUB_SECRET, slack: unused('Slack') }, slackReplies: { takes: () => false, send: unused('Slack') }, slackHandover: { begin: unused('Slack') }, slackMessages: { connection: unused('Slack'), post: unused('Slack'), update: unused('Slack'), whisper: unused('Slack'), find: unused('Slack'), openView: unused('Slack') }, parallelRuns: mirrorsNotSupported,
    secrets: { resolve: unused('A secret') }, subscriberQueues: { ring: unused('A queue') }, senders: { post: unused('A request'), mail: unused('Mail'), publish: unused('A topic') },
    httpChecks: { run: unused('A check over HTTP') }, instanceLogs: { tail: unused('The output of instances') },
    recorders: recordersNotSupported, recordingFiles: createRecordingFiles({ folder: join(folder, 'recordings'), artifacts, ids: randomIds }), replays: replaysOverHttp, artifactFiles: createArtifactFiles({ folder: join(folder, 'files'), artifacts, ids: randomIds }),
    identities: { byToken: async (token) => (token === TOKEN ? Identity.parse('anna') : null), add: unused('A token'), list: async () => [], revoke: async () => 0 }, logInProvider: { authorizationEndpoint: unused('Logging in'), take: unused('Logging in') },
  };
  useLocalParts({ ports, targets: { [options.kind]: target }, log: () => undefined });
  // The event rule; a pass finds what an event has lost.
  codeBuild.onEnded = (arn) => void invokeHandler('slipway-build-finished', { source: 'aws.codebuild', 'detail-type': 'CodeBuild Build State Change', detail: { 'build-id': arn } }).catch(() => undefined);
  const service = ServiceName.parse(uniqueName('shop'));
  const origin = gitRepository(join(folder, 'origin'));
  const host: GitHost = await startGitHost(folder);
  const url = `${host.address}/origin`;
  await registerRepository(ports)({ url, by: Identity.parse('anna') });
  let last = '0'.repeat(40);

  const push = async (files: Tree): Promise<Pipeline> => {
    const after = origin.commit(files);
    const body = JSON.stringify({ ref: 'refs/heads/main', before: last, after, repository: { clone_url: url }, pusher: { name: 'anna' } });
    last = after;
    const delivery = randomIds.next();
    await invokeHandler('slipway-webhook', {
      version: '2.0', rawPath: '/webhooks/github', rawQueryString: '', requestContext: { http: { method: 'POST', path: '/webhooks/github' } }, isBase64Encoded: false, body,
      headers: { 'content-type': 'application/json', 'x-github-event': 'push', 'x-github-delivery': delivery, 'x-hub-signature-256': `sha256=${createHmac('sha256', GITHUB_SECRET).update(body).digest('hex')}` },
    });
    const found: { id?: string } = {};
    await eventually('the push is decided', async () => {
      const outcome = (await deliveries(ports)(100)).find(({ id }) => id === delivery)?.outcome;
      if (outcome?.kind !== 'decided') return false;
      const [only] = outcome.admissions;
      if (only?.kind !== 'admitted') throw new Error(`the push was refused: ${JSON.stringify(outcome.admissions)}`);
      found.id = only.pipeline;
      return true;
    });
    return (await getPipeline(store, PipelineId.parse(found.id))).value;
  };
  const ended = async (id: PipelineId): Promise<Pipeline> => {
    await eventually(`${id} ends`, async () => isOver((await getPipeline(store, id)).value));
    return (await getPipeline(store, id)).value;
  };
  /** A pass that a fault has ended is followed by another one, as by the schedules. */
  const pass = async (): Promise<void> => {
    for (const [name, event] of [['slipway-build-finished', {}], ['slipway-sweep-outbox', {}], ['slipway-reconcile', {}]] as const) await invokeHandler(name, event).catch(() => undefined);
  };
  async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + ENDS_WITHIN_MS;
    for (;;) {
      if (await holds()) return;
      if (Date.now() > end) throw new Error(`not within ${ENDS_WITHIN_MS} ms: ${what}; faults of the engine: ${JSON.stringify(faults.map(String))}; builds: ${codeBuild.runs.map(({ status, output }) => `${status} ${output.slice(-1500)}`).join('\n')}`);
      await new Promise((resolve) => setTimeout(resolve, 150));
      await pass();
    }
  }
  return {
    ports, proxy, codeBuild, origin, service, traffic: options.traffic, push, ended, pass, eventually,
    release: async (files) => ended((await push(files)).id),
    desired: async (environment) => {
      const found = await findDesired(store, service, EnvironmentName.parse(environment));
      if (found === undefined) throw new NotFound(`${service} is not in ${environment}`);
      return found.value;
    },
    deployment: (pipeline, environment) => getDeployment(store, deploymentId(pipeline.id, EnvironmentName.parse(environment))),
    observed: async (environment) => observe(ports, (await findDesired(store, service, EnvironmentName.parse(environment)))!.value),
    close: async () => {
      await engine.close();
      codeBuild.close();
      useLocalParts(undefined);
      await host.close();
      await state.remove();
      s3.destroy();
      await proxy.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
