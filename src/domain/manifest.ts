/** `slipway.yaml`: everything one service's team says about how it is built, run, tested and released. */
import * as z from 'zod';
import { Settings } from './access.ts';
import { Bytes, Count, Duration, Grace, Interval, Timeout } from './duration.ts';
import { EnvironmentName, Identity, ServiceName } from './ids.ts';
import { ImageRule } from './image.ts';
import { ParallelRun } from './parallel/rule.ts';
import { Stickiness } from './route.ts';
import { SECRET_REFERENCE } from './secret-reference.ts';
import { ReleaseAfter } from './workflow.ts';

/** An argument list: run without a shell. */
export const Command = z.array(z.string().min(1).max(4096)).min(1).max(100).meta({ description: 'A command as an argument list; it is run without a shell.', examples: [['npm', 'test']] });
export type Command = z.infer<typeof Command>;

export const STRATEGIES = ['canary', 'rolling', 'blue-green', 'all-at-once'] as const;
export const STAGES = ['staging', 'canary', 'rollout'] as const;
export const StageName = z.enum(STAGES);
export type StageName = z.infer<typeof StageName>;
const Strategy = z.enum(STRATEGIES);

const VariableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'a name of letters, digits and _, not beginning with a digit, at most 128 characters');
/** Variables of the process environment. Not for secrets. */
export const Configuration = z.record(VariableName, z.union([z.string().max(32_768), z.number(), z.boolean()], { error: 'text, a number, true or false' }).transform(String))
  .meta({ description: 'Environment variables of the service. Not for secrets.', examples: [{ LOG_LEVEL: 'info' }] });
export type Configuration = z.infer<typeof Configuration>;

/** Names where a secret's value lives; the value never enters a manifest, the store, or a log. */
export const SecretReference = z.strictObject({
  from: z.string().regex(SECRET_REFERENCE, 'the name of a secret (letters, digits and / _ . -), secretsmanager:NAME, secretsmanager:NAME#KEY or ssm:/PATH')
    .meta({ description: 'The name of the secret in the installation\'s secret store; on AWS also `secretsmanager:NAME`, `secretsmanager:NAME#KEY` (a field of a JSON object) or `ssm:/PATH`. Never the secret itself.', examples: ['catalog/database'] }),
});
export const Secrets = z.record(VariableName, SecretReference).meta({ description: 'Environment variables whose values are read from the secret store when an instance starts.', examples: [{ DATABASE_URL: { from: 'catalog/database' } }] });
export type Secrets = z.infer<typeof Secrets>;

const RelativePath = z.string().min(1).max(500).refine((path) => !path.startsWith('/') && !path.split('/').includes('..') && !path.includes('\\') && !path.includes('\0'), 'a path inside the repository, without a leading / or a ".." in it');

export const Build = z.strictObject({
  test: Command.optional().meta({ description: 'Fast tests, run before the build.', examples: [['npm', 'test']] }),
  command: Command.optional().meta({ description: 'Makes the artifact. Absent: the files are the artifact as they are.', examples: [['npm', 'run', 'build']] }),
  output: RelativePath.default('.').meta({ description: 'The folder, relative to the manifest, that becomes the artifact.', examples: ['dist'] }),
  timeout: Timeout.default(600).meta({ description: 'How long tests and build may take together.', examples: ['10m'] }),
});

export type Build = z.infer<typeof Build>;

export const HealthCheck = z.strictObject({
  path: z.string().startsWith('/', 'a path that begins with /').max(500).default('/').meta({ description: 'Asked by GET; 200 to 399 is healthy.', examples: ['/health'] }),
  interval: Interval.default(2).meta({ description: 'Between two checks of an instance.', examples: ['2s'] }),
  timeout: Timeout.default(2).meta({ description: 'An answer that takes longer is a failure.', examples: ['2s'] }),
  failures: z.int().min(1).max(20).default(3).meta({ description: 'So many failures in a row make a running instance unhealthy.', examples: [3] }),
  startWithin: Timeout.default(60).meta({ description: 'An instance that is not healthy after this has failed.', examples: ['60s'] }),
});
export type HealthCheck = z.infer<typeof HealthCheck>;

const Cores = z.number().min(0.01).max(64);
export const Resources = z.strictObject({
  memory: Bytes.default(512 * 1024 * 1024).meta({ description: 'Memory of one instance, in bytes or with Ki, Mi or Gi.', examples: ['512Mi'] }),
  cpu: Cores.default(1).meta({ description: 'Processor cores of one instance.', examples: [0.5] }),
});
/** The same without defaults: what is left out stays as the manifest has it. */
const ResourcesChange = z.strictObject({
  memory: Bytes.optional().meta({ description: 'Memory of one instance here. Absent: as everywhere.', examples: ['1Gi'] }),
  cpu: Cores.optional().meta({ description: 'Processor cores of one instance here. Absent: as everywhere.', examples: [2] }),
});

const Headers = z.record(z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, 'the name of an HTTP header'), z.string().max(8192));
const HttpPath = z.string().startsWith('/', 'a path that begins with /').max(2000);

const Expectation = z.strictObject({
  status: z.int().min(100).max(599).default(200).meta({ description: 'The status of the answer.', examples: [200] }),
  body: z.string().max(10_000).optional().meta({ description: 'Text the body must contain.', examples: ['"ok"'] }),
  header: Headers.optional().meta({ description: 'Headers the answer must have, with these values.', examples: [{ 'content-type': 'application/json' }] }),
  within: Timeout.optional().meta({ description: 'The answer must come in this time.', examples: ['500ms'] }),
});

const HttpTest = z.strictObject({
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH']).default('GET').meta({ description: 'The request\'s method.', examples: ['GET'] }),
  path: HttpPath.meta({ description: 'The path, with its query.', examples: ['/products?limit=1'] }),
  headers: Headers.default({}).meta({ description: 'Headers of the request.', examples: [{ accept: 'application/json' }] }),
  body: z.string().max(100_000).optional().meta({ description: 'The body of the request.', examples: ['{"name":"pen"}'] }),
  expect: Expectation.prefault({}).meta({ description: 'What the answer must be.', examples: [{ status: 200 }] }),
});

export const Replay = z.strictObject({
  from: z.union([z.literal('recording'), RelativePath], { error: '"recording", or a path inside the repository' }).meta({ description: '`recording`: the newest one of this service. Otherwise a file beside the manifest: a HAR file (.har), or a list of requests, one on a line.', examples: ['recording', 'tests/browsing.har', 'tests/requests.txt'] }),
  environment: EnvironmentName.default('production' as EnvironmentName).meta({ description: 'Where the recording is from.', examples: ['production'] }),
  rate: z.number().min(0.1).max(1000).default(20).meta({ description: 'Requests a second, sent when they are due, whether or not earlier ones are answered.', examples: [50] }),
  duration: Duration.refine((value) => value > 0 && value <= 3600, 'more than 0, at most 1h').default(30).meta({ description: 'How long; the requests are taken in turn, again from the first one when they are through.', examples: ['30s'] }),
  methods: z.array(z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])).min(1).default(['GET', 'HEAD']).meta({ description: 'Others are left out, and counted.', examples: [['GET', 'POST']] }),
  expect: z.strictObject({
    status: z.array(z.string().regex(/^[1-5](?:\d\d|xx)$/, 'a status such as 200, or a class such as 2xx')).min(1).default(['2xx', '3xx', '4xx']).meta({ description: 'Any other status is a failure.', examples: [['2xx', '304']] }),
    failures: z.number().min(0).max(1).default(0).meta({ description: 'At most this share of the requests may fail: 0.01 is 1 %.', examples: [0.01] }),
    p99Within: Timeout.optional().meta({ description: 'The 99th percentile of latency, counted from when a request was due.', examples: ['250ms'] }),
  }).prefault({}).meta({ description: 'What passes.', examples: [{ failures: 0.01, p99Within: '250ms' }] }),
  compare: z.boolean().default(false).meta({ description: 'Ask the stable revision the same, twice, and compare the answers by the rules of `parallelRun`, or its defaults. Needs a revision that runs here already.', examples: [true] }),
});
export type Replay = z.infer<typeof Replay>;

export const Test = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9 _.-]{1,60}$/, 'letters, digits, spaces and _ . -, at most 60').meta({ description: 'Shown in results; each name once.', examples: ['lists products'] }),
  http: HttpTest.optional().meta({ description: 'One request and what its answer must be. Either this, `command` or `replay`.', examples: [{ path: '/products' }] }),
  command: Command.optional().meta({ description: 'Run in a checkout of the release with BASE_URL in its environment; exit 0 passes. Either this, `http` or `replay`.', examples: [['npm', 'run', 'smoke']] }),
  replay: Replay.optional().meta({ description: 'Requests sent at a set rate. Either this, `http` or `command`.', examples: [{ from: 'recording', rate: 50, duration: '30s', expect: { p99Within: '250ms' } }] }),
  timeout: Timeout.default(60).meta({ description: 'A test that takes longer has failed; a replay has its duration beside.', examples: ['60s'] }),
  retries: z.int().min(0).max(5).default(0).meta({ description: 'How often a failed test is run again.', examples: [1] }),
}).refine((test) => [test.http, test.command, test.replay].filter((kind) => kind !== undefined).length === 1, 'a test has one of `http`, `command` and `replay`');
export type Test = z.infer<typeof Test>;

/** `failures`, a class of them, `latency.p99`, or a metric of the service's own: `orders`, `queue-age.p90`. */
const MetricName = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,59}(?:\.[A-Za-z0-9_-]{1,60})?$/, 'the name of a metric, such as failures, failures.timeout, latency.p99 or orders');
export const MetricRule = z.strictObject({
  weight: z.number().min(0.01).max(1000).optional().meta({ description: 'Its share of the evidence that is needed, against 95 for all failures, 1 for each latency and 1 for all others together. A heavier metric decides sooner, and the others later.', examples: [5] }),
  critical: z.boolean().default(false).meta({ description: 'Weighs as much as all failures, and the candidate passes only when it is shown to be good enough in this too.', examples: [true] }),
  muted: z.boolean().default(false).meta({ description: 'Shown, and never decides.', examples: [true] }),
  ratio: z.number().min(1).max(1_000_000).optional().meta({ description: 'How many times as often (or, of a histogram, as high) as on the stable revision is tolerated here. Absent: maximumFailureRatio, or maximumLatencyRatio.', examples: [1.5] }),
});
export type MetricRule = z.infer<typeof MetricRule>;

export const JudgeRule = z.strictObject({
  alpha: z.number().min(0.0001).max(0.2).default(0.01).meta({ description: 'The chance that a release that is no worse is ever stopped, over all looks and all metrics.', examples: [0.01] }),
  beta: z.number().min(0.0001).max(0.2).default(0.05).meta({ description: 'The chance that a release that is bad, as badRatio says, is found good enough.', examples: [0.05] }),
  minimumRequests: z.int().min(1).default(50).meta({ description: 'Fewer requests on the candidate are no evidence that it is good; so many without one failure are.', examples: [50] }),
  maximumFailureRatio: z.number().min(1).max(1_000_000).default(1).meta({ description: 'The candidate may fail this many times as often as the stable revision.', examples: [2] }),
  maximumFailureRate: z.number().min(0).max(1).default(0).meta({ description: 'At or below this rate of failures (0.01 is 1 %) the candidate is never aborted for them.', examples: [0.01] }),
  maximumLatencyRatio: z.number().min(1).max(1_000_000).default(1.25).meta({ description: 'The candidate may be this many times as slow as the stable revision, at each of p50, p75, p90, p99 and p999 (of a thousand).', examples: [1.5] }),
  badRatio: z.number().min(1.2).max(100).default(3).meta({ description: 'So many times what is tolerated is bad: the candidate passes when it is shown to be better than that.', examples: [3] }),
  promoteEarly: z.boolean().default(false).meta({ description: 'Whether the watch ends as soon as the candidate is shown to be good enough. Faults that come later are then found later.', examples: [true] }),
  warmUp: Duration.default(30).meta({ description: 'So long at the beginning, but at most a quarter of the watch, slow answers do not count: caches are cold. Failures count from the first request.', examples: ['30s'] }),
  metrics: z.record(MetricName, MetricRule).default({}).meta({ description: 'What is special about single metrics, by name: failures, failures.<class>, latency.p50 to latency.p999, and the service\'s own.', examples: [{ 'latency.p50': { muted: true } }] }),
  onInconclusive: z.enum(['extend', 'ask', 'abort']).default('extend').meta({ description: 'What happens when time is up and the evidence is not enough: watch longer, ask a person, or go back.', examples: ['ask'] }),
  extensions: z.int().min(0).max(20).default(2).meta({ description: 'How often `extend` may lengthen the watch, each time by as long as it was at first.', examples: [2] }),
  afterExtensions: z.enum(['ask', 'abort']).default('abort').meta({ description: 'What happens when the evidence is not enough even then: ask a person, or go back.', examples: ['ask'] }),
});
export type JudgeRule = z.infer<typeof JudgeRule>;

export const Canary = z.strictObject({
  traffic: z.union([z.int().min(1).max(50), z.array(z.int().min(1).max(99)).min(1).max(20)], { error: 'a whole percentage from 1 to 50, or a list of ascending ones' }).default(10)
    .meta({ description: 'Percent of traffic, or ascending steps of it.', examples: [10, [5, 10]] }),
  instances: Count.optional().meta({ description: 'Canary instances, a number or a percentage of all. Absent: the same share as the traffic, at least one.', examples: [1] }),
  duration: Duration.default(300).meta({ description: 'How long each step is watched.', examples: ['5m'] }),
  interval: Interval.default(10).meta({ description: 'Between two looks of the judge.', examples: ['10s'] }),
  judge: JudgeRule.prefault({}).meta({ description: 'When the candidate counts as worse than the stable revision.', examples: [{ minimumRequests: 100 }] }),
});

const Batches = z.array(z.int().min(1).max(100)).min(1).max(20).refine((batches) => batches.at(-1) === 100 && batches.every((batch, index) => index === 0 || batch > (batches[index - 1] ?? 0)), 'batches ascend and end with 100');

const Bake = z.strictObject({
  duration: Duration.refine((value) => value > 0, 'more than 0').meta({ description: 'How long the judge goes on after all traffic is on the release, against the last counts of the one before.', examples: ['1h'] }),
  interval: Interval.default(30).meta({ description: 'Between two looks of the judge.', examples: ['30s'] }),
  keep: Count.default({ percent: 100 }).refine((count) => (typeof count === 'number' ? count : count.percent) > 0, 'at least one instance').meta({ description: 'Instances of the release before that are kept until then, a number or a percentage of what it had: a rollback moves the traffic first.', examples: ['50%'] }),
});

export const Rollout = z.strictObject({
  batches: Batches.default([25, 50, 100]).meta({ description: 'Ascending percentages of the instances; the last is 100.', examples: [[25, 50, 100]] }),
  watch: Duration.default(30).meta({ description: 'How long the judge watches after each batch.', examples: ['30s'] }),
  interval: Interval.default(10).meta({ description: 'Between two looks of the judge.', examples: ['10s'] }),
  bake: Bake.optional().meta({ description: 'A watch after all traffic has moved, with the release before kept for a fast way back. Absent: it is retired at once.', examples: [{ duration: '1h', keep: '50%' }] }),
  drain: Grace.default(10).meta({ description: 'How long open connections may take to end before an instance stops; at most 1h.', examples: ['10s'] }),
});

export const ApprovalRule = z.strictObject({
  required: z.boolean().default(true).meta({ description: 'Whether a person has to approve.', examples: [true] }),
  approvers: z.array(Identity).max(100).default([]).meta({ description: 'Who may approve. Empty: whoever the environment names, or else the installation.', examples: [['anna', 'ben']] }),
  count: z.int().min(1).max(10).default(1).meta({ description: 'How many of them have to.', examples: [1] }),
  authorMayApprove: z.boolean().default(false).meta({ description: 'Whether the author of the change counts.', examples: [false] }),
  timeout: Timeout.default(86_400).meta({ description: 'How long the request stands.', examples: ['24h'] }),
  onTimeout: z.enum(['reject', 'approve']).default('reject').meta({ description: 'What an unanswered request means.', examples: ['reject'] }),
});
export type ApprovalRule = z.infer<typeof ApprovalRule>;

const GateBase = z.strictObject({
  name: z.string().min(1).max(100).meta({ description: 'Shown to whoever is asked, and in results; each name once.', examples: ['try staging'] }),
  stage: StageName.meta({ description: 'The stage it stands at.', examples: ['staging'] }),
  when: z.enum(['before', 'after']).meta({ description: 'On which side of the stage.', examples: ['after'] }),
  environments: z.array(EnvironmentName).min(1).max(50).optional().meta({ description: 'Where. Absent: in every environment that has the stage.', examples: [['staging']] }),
});
const kind = <const K extends string>(name: K, description: string) => z.literal(name).meta({ description, examples: [name] });
const approvalOfGate = ApprovalRule.prefault({}).meta({ description: 'Who may open the gate, and for how long it is asked.', examples: [{ approvers: ['anna'] }] });

export const Gate = z.discriminatedUnion('kind', [
  GateBase.extend({ kind: kind('person', 'Somebody says yes or no.'), approval: approvalOfGate }),
  GateBase.extend({
    kind: kind('checklist', 'Somebody confirms each item.'),
    items: z.array(z.string().min(1).max(200)).min(1).max(50).meta({ description: 'What is to be confirmed.', examples: [['The search finds a product']] }),
    approval: approvalOfGate,
  }),
  GateBase.extend({
    kind: kind('command', 'A command decides: exit 0 opens the gate.'),
    command: Command.meta({ description: 'Run in a checkout of the release with BASE_URL in its environment.', examples: [['npm', 'run', 'audit']] }),
    timeout: Timeout.default(300).meta({ description: 'A command that takes longer keeps the gate shut.', examples: ['5m'] }),
  }),
]);
export type Gate = z.infer<typeof Gate>;

export const SchemaCompatibility = z.strictObject({
  writes: z.int().min(0).meta({ description: 'The data schema version this release writes.', examples: [4] }),
  reads: z.array(z.int().min(0)).min(1).max(100).meta({ description: 'The versions it can read, its own among them.', examples: [[3, 4]] }),
});
export type SchemaCompatibility = z.infer<typeof SchemaCompatibility>;

/** What one environment changes. Everything else comes from the manifest or the installation's environments.yaml. */
export const ServiceInEnvironment = z.strictObject({
  instances: Count.optional().meta({ description: 'Instances here: a number, or a percentage of what production has. Absent: as the environment says.', examples: [1, '50%'] }),
  configuration: Configuration.default({}).meta({ description: 'Environment variables here; they win over all others.', examples: [{ LOG_LEVEL: 'debug' }] }),
  secrets: Secrets.default({}).meta({ description: 'Secret references here; they win over the manifest\'s.', examples: [{ DATABASE_URL: { from: 'staging/catalog/database' } }] }),
  resources: ResourcesChange.optional().meta({ description: 'Memory and cores here.', examples: [{ memory: '1Gi' }] }),
  strategy: Strategy.optional().meta({ description: 'How releases are brought in here. Absent: as the environment says, or else the manifest.', examples: ['rolling'] }),
  settings: Settings.default({}).meta({ description: 'Settings of the target here; each wins over the manifest\'s of the same name.', examples: [{ memory: 1024 }] }),
});

const SampleName = z.string().regex(/^[A-Za-z_:][A-Za-z0-9_:]{0,199}$/, 'the name of a metric');

export const Worker = z.strictObject({
  path: z.string().startsWith('/', 'a path that begins with /').max(500).default('/metrics').meta({ description: 'Where an instance serves its counts, in the OpenMetrics text format, on the port that PORT names.', examples: ['/metrics'] }),
  handled: SampleName.default('worker_handled_total').meta({ description: 'The counter of messages that were taken to an end, those that failed among them.', examples: ['jobs_done_total'] }),
  failed: SampleName.default('worker_failed_total').meta({ description: 'The counter of those that failed; a label `class` tells kinds apart.', examples: ['jobs_failed_total'] }),
  age: SampleName.default('worker_age_seconds').meta({ description: 'The histogram of how old messages were when they were done, in seconds. May be absent there.', examples: ['jobs_age_seconds'] }),
});
export type Worker = z.infer<typeof Worker>;

export const OpenTelemetry = z.strictObject({
  histogram: z.string().regex(/^[A-Za-z][A-Za-z0-9_./-]{0,254}$/, 'the name of an instrument').default('http.server.request.duration').meta({ description: 'The histogram of how long requests took, in `s` or `ms`. Those with a 5xx status, or with `error.type`, have failed.', examples: ['rpc.server.call.duration'] }),
});
export type OpenTelemetry = z.infer<typeof OpenTelemetry>;

export const Manifest = z.strictObject({
  service: ServiceName.meta({ description: 'The service\'s name: lower case letters, digits and hyphens, 2 to 32 characters. It never changes.', examples: ['catalog'] }),
  team: z.string().min(1).max(60).meta({ description: 'Who owns the service.', examples: ['shop'] }),
  paths: z.array(z.string().min(1).max(500)).min(1).max(100).optional().meta({ description: 'Globs, relative to the repository, whose change releases this service. Absent: the manifest\'s own folder.', examples: [['services/catalog/**', 'libraries/money/**']] }),
  branch: z.string().min(1).max(200).default('main').meta({ description: 'Pushes to this branch are released.', examples: ['main'] }),
  releaseAfter: ReleaseAfter.optional().meta({ description: 'A push is released only after a run of this workflow of the git host\'s own CI has succeeded for its commit. Absent: at once.', examples: [{ workflow: 'ci.yml' }] }),
  build: Build.prefault({}).meta({ description: 'How the artifact is made, once for all environments.', examples: [{ command: ['npm', 'run', 'build'], output: 'dist' }] }),
  image: ImageRule.optional().meta({ description: 'An outside CI pushes the service\'s artifact as an image: a release begins with its push, and nothing is built here. For targets that run images.', examples: [{ from: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/catalog', tags: ['v*'] }] }),
  start: Command.meta({ description: 'Starts one instance, in the artifact\'s folder. It listens on the port that PORT names.', examples: [['node', 'server.js']] }),
  health: HealthCheck.prefault({}).meta({ description: 'How an instance shows that it can serve.', examples: [{ path: '/health' }] }),
  worker: Worker.optional().meta({ description: 'The service takes messages from a queue and has no users\' requests: it is judged by counts of its own, and a canary is a share of its instances. Absent: it answers requests.', examples: [{ path: '/metrics' }] }),
  openTelemetry: OpenTelemetry.optional().meta({ description: 'The judge counts what instances send by OpenTelemetry, instead of what the router sees. Absent: the router counts.', examples: [{ histogram: 'http.server.request.duration' }] }),
  target: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'the name of a registered target: lower case letters, digits and hyphens').default('process').meta({ description: 'The registered target that runs this service.', examples: ['process'] }),
  settings: Settings.default({}).meta({ description: 'Settings of the target; the page of each target says which there are. Each wins over the environment\'s of the same name.', examples: [{ image: 'registry.example.com/shop/catalog' }] }),
  instances: z.int().min(0).max(10_000).default(2).meta({ description: 'Instances in production; other environments may take a percentage.', examples: [4] }),
  resources: Resources.prefault({}).meta({ description: 'What one instance may use.', examples: [{ memory: '256Mi', cpu: 0.5 }] }),
  configuration: Configuration.default({}),
  secrets: Secrets.default({}),
  environments: z.record(EnvironmentName, ServiceInEnvironment).default({}).meta({ description: 'What is different in one environment, by its name.', examples: [{ staging: { instances: 1 } }] }),
  tests: z.array(Test).max(50).default([]).meta({ description: 'Run against staging, all at the same time; a release goes on only if all pass.', examples: [[{ name: 'lists products', http: { path: '/products' } }]] }),
  strategy: Strategy.default('canary').meta({ description: 'How a release is brought in.', examples: ['canary'] }),
  parallelRun: ParallelRun.optional().meta({ description: 'Before the candidate gets traffic in production, it answers a share of the requests beside the stable revision, and the answers are compared. Absent: not done.', examples: [{ sample: 10, ignore: ['$.generatedAt'] }] }),
  canary: Canary.prefault({}).meta({ description: 'The small part of production that sees a release first.', examples: [{ traffic: 5, duration: '10m' }] }),
  rollout: Rollout.prefault({}).meta({ description: 'How the rest of production follows.', examples: [{ batches: [50, 100] }] }),
  approval: ApprovalRule.prefault({}).meta({ description: 'Who lets a release go on from the canary to the rollout.', examples: [{ approvers: ['anna', 'ben'] }] }),
  gates: z.array(Gate).max(20).default([]).meta({ description: 'Further conditions before or after a stage.', examples: [[{ kind: 'person', name: 'try staging', stage: 'staging', when: 'after' }]] }),
  routing: Stickiness.default({ by: 'request' }).meta({ description: 'Whether the same client stays on the same revision.', examples: [{ by: 'cookie', name: 'session' }] }),
  stopWithin: Grace.default(10).meta({ description: 'After SIGTERM an instance has this long before it is killed; at most 1h.', examples: ['10s'] }),
  onNewerPush: z.enum(['supersede', 'queue']).default('supersede').meta({ description: 'What a newer push does to a running pipeline: take its place, or wait for it.', examples: ['queue'] }),
  schema: SchemaCompatibility.optional().meta({ description: 'Which versions of its data this release can work with, so that a rollback is known to be safe.', examples: [{ writes: 4, reads: [3, 4] }] }),
});
export type Manifest = z.infer<typeof Manifest>;
