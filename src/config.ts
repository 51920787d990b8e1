/** The only reader of the process's environment. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { InvalidInput } from './domain/errors.ts';
import { ReplaySpec } from './domain/replay/spec.ts';
import { SECRET_REFERENCE } from './domain/secret-reference.ts';
import type { SpanSending } from './domain/trace/span-sending.ts';

/** `https://slack.com`, that of GovSlack, or a stand-in on this machine. */
const SlackOrigin = z.string().regex(/^(?:https:\/\/slack(?:-gov)?\.com|http:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):\d{1,5})$/, 'https://slack.com, https://slack-gov.com, or http://127.0.0.1:PORT of a stand-in').default('https://slack.com');
/** Exactly as a browser says them: no path, no wildcard, no default port. */
const ConsoleOrigins = z.string().default('').transform((text) => text.split(',').filter((origin) => origin !== ''))
  .refine((origins) => origins.length <= 20 && origins.every(isOrigin), 'origins such as https://console.example.com, separated by commas, each without a path; http only on this machine');
/** A page that came over plain http could be anybody's. */
function isOrigin(text: string): boolean {
  if (text.includes('*') || !URL.canParse(text) || new URL(text).origin !== text) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname));
}
/** Where people open a trace. */
const TraceUrl = z.string().regex(/^https?:\/\/\S+$/, 'an address such as https://jaeger.example.com/trace/{traceId}').refine((text) => text.includes('{traceId}'), 'it has no {traceId}, where the id of the trace is put').optional();
const PORTS = { error: 'a port is a whole number from 0 to 65535' };
const Port = z.coerce.number(PORTS).int(PORTS).min(0, PORTS).max(65_535, PORTS);
const SECONDS = { error: 'seconds are a number from 0.01 to 86400' };
const Seconds = z.coerce.number(SECONDS).min(0.01, SECONDS).max(86_400, SECONDS);

const Variables = z.object({
  SLIPWAY_HOME: z.string().min(1).optional(),
  SLIPWAY_HOST: z.string().min(1).default('127.0.0.1'),
  SLIPWAY_PORT: Port.default(7420),
  SLIPWAY_ROUTER_PORT: Port.default(7480),
  SLIPWAY_PASS_SECONDS: Seconds.default(5),
  SLIPWAY_SWEEP_SECONDS: Seconds.default(300),
  SLIPWAY_EXIT_EVENTS: z.enum(['on', 'off']).default('on'),
  SLIPWAY_PROMETHEUS: z.string().min(1).optional(),
  SLIPWAY_PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'an http or https address, such as https://slipway.example.com' }).transform((text) => text.replace(/\/+$/, '')).optional(),
  SLIPWAY_TRACE_URL: TraceUrl,
  SLIPWAY_SLACK_ORIGIN: SlackOrigin,
  SLIPWAY_CONSOLE_ORIGINS: ConsoleOrigins,
  PATH: z.string().default('/usr/local/bin:/usr/bin:/bin'),
  SLIPWAY_BUILD_VARIABLES: z.string().regex(/^(?:[A-Za-z_][A-Za-z0-9_]{0,127}(?:,[A-Za-z_][A-Za-z0-9_]{0,127}){0,49})?$/, 'names of variables, separated by commas').default(''),
});

/** `key1=value1,key2=value2`, percent-encoded: https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables */
const Pairs = z.string().default('').transform((text, context) => Object.fromEntries(text.split(',').map((pair) => pair.trim()).filter((pair) => pair !== '').flatMap((pair): [string, string][] => {
  const [, key = '', value = ''] = /^([^=]+)=(.*)$/.exec(pair) ?? [];
  try {
    if (key !== '') return [[decodeURIComponent(key.trim()), decodeURIComponent(value.trim())]];
  } catch { /* It is said below, without the value: a header may be a key. */ }
  context.addIssue({ code: 'custom', message: 'key=value pairs, separated by commas, with percent-encoding' });
  return [];
})));
const Ms = z.coerce.number().int().min(1).max(600_000);
const Count = z.coerce.number().int().min(1).max(1_000_000);
const HttpAddress = z.url({ protocol: /^https?$/, error: 'an http or https address, such as http://127.0.0.1:4318' });

/** As OpenTelemetry names them: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/, https://opentelemetry.io/docs/specs/otel/protocol/exporter/ */
const TraceVariables = z.object({
  OTEL_SDK_DISABLED: z.string().default('false'),
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none'], { error: 'otlp, or none' }).default('otlp'),
  OTEL_EXPORTER_OTLP_ENDPOINT: HttpAddress.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: HttpAddress.optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: z.string().default('http/json'),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: z.string().optional(),
  OTEL_EXPORTER_OTLP_HEADERS: Pairs,
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: Pairs,
  OTEL_EXPORTER_OTLP_TIMEOUT: Ms.default(10_000),
  OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: Ms.optional(),
  OTEL_BSP_SCHEDULE_DELAY: Ms.default(1000),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: Count.default(512),
  OTEL_BSP_MAX_QUEUE_SIZE: Count.default(8192),
  OTEL_SERVICE_NAME: z.string().min(1).max(255).optional(),
  OTEL_RESOURCE_ATTRIBUTES: Pairs,
});

/** Undefined where no endpoint is named: then nothing is traced. An empty variable is as none. @throws InvalidInput naming the variable, never a header's value */
function tracesConfig(environment: Readonly<Record<string, string | undefined>>): SpanSending | undefined {
  const named = Object.fromEntries(Object.entries(environment).filter(([name, value]) => name.startsWith('OTEL_') && value !== undefined && value.trim() !== ''));
  // What others of the user's programs need of these variables is not checked where nothing is sent.
  const isOff = named['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || named['OTEL_TRACES_EXPORTER'] === 'none' || (named['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? named['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']) === undefined;
  if (isOff) return undefined;
  const parsed = TraceVariables.safeParse(named);
  if (!parsed.success) throw new InvalidInput(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  const values = parsed.data;
  const protocol = values.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? values.OTEL_EXPORTER_OTLP_PROTOCOL;
  if (protocol !== 'http/json' && protocol !== 'http/protobuf') throw new InvalidInput(`OTEL_EXPORTER_OTLP_PROTOCOL: Slipway sends spans by HTTP, not by ${protocol}. Name the collector's HTTP port (4318 as a rule), and http/json.`);
  return {
    url: values.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? `${values.OTEL_EXPORTER_OTLP_ENDPOINT?.replace(/\/+$/, '') ?? ''}/v1/traces`,
    headers: { ...values.OTEL_EXPORTER_OTLP_HEADERS, ...values.OTEL_EXPORTER_OTLP_TRACES_HEADERS }, timeoutMs: values.OTEL_EXPORTER_OTLP_TRACES_TIMEOUT ?? values.OTEL_EXPORTER_OTLP_TIMEOUT,
    delayMs: values.OTEL_BSP_SCHEDULE_DELAY, batchSpans: values.OTEL_BSP_MAX_EXPORT_BATCH_SIZE, queueSpans: values.OTEL_BSP_MAX_QUEUE_SIZE,
    resource: { ...values.OTEL_RESOURCE_ATTRIBUTES, 'service.name': values.OTEL_SERVICE_NAME ?? values.OTEL_RESOURCE_ATTRIBUTES['service.name'] ?? 'slipway' },
  };
}

const GIT_VARIABLES = ['PATH', 'HOME', 'SSH_AUTH_SOCK'] as const;

export interface LocalConfig {
  /** Everything the installation keeps. */
  readonly home: string;
  readonly host: string;
  /** The API's; 0 takes a free one. */
  readonly port: number;
  /** The router's shared port; 0 takes a free one. */
  readonly routerPort: number;
  /** Between two passes over all places. */
  readonly passSeconds: number;
  /** Between two looks at the branches of all repositories. */
  readonly sweepSeconds: number;
  /** Off: only the schedule repairs, as on a platform that sends no events. */
  readonly exitEvents: boolean;
  /** The file that says which Prometheus the judge reads; absent: the router's own counts. */
  readonly prometheus?: string;
  /** Where spans are sent; absent: nothing is traced. */
  readonly traces?: SpanSending | undefined;
  /** Where people reach this installation, for links in what others are told; absent: there are none. */
  readonly publicUrl?: string | undefined;
  /** Where people open a trace, with `{traceId}` in it; absent: only its id is shown. */
  readonly traceUrl?: string | undefined;
  /** Where Slack is. */
  readonly slackOrigin: string;
  /** Of pages that may ask the API from elsewhere: a console in a bucket. */
  readonly consoleOrigins: readonly string[];
  /** Where the programs of services, builds and tests are found. */
  readonly path: string;
  /** What git needs of the user: where keys, agents and credential helpers are. */
  readonly gitEnvironment: Readonly<Record<string, string>>;
  /** What builds see of this environment: the variables that SLIPWAY_BUILD_VARIABLES names, such as a proxy's. No secrets: a build may print them. */
  readonly buildEnvironment?: Readonly<Record<string, string>>;
}

const named = (environment: Readonly<Record<string, string | undefined>>, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])));

/** @throws InvalidInput naming the variable */
export function localConfig(environment: Readonly<Record<string, string | undefined>>): LocalConfig {
  const parsed = Variables.safeParse(environment);
  if (!parsed.success) throw new InvalidInput(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  const values = parsed.data;
  return {
    home: resolve(values.SLIPWAY_HOME ?? join(homedir(), '.slipway')), host: values.SLIPWAY_HOST, port: values.SLIPWAY_PORT, routerPort: values.SLIPWAY_ROUTER_PORT,
    passSeconds: values.SLIPWAY_PASS_SECONDS, sweepSeconds: values.SLIPWAY_SWEEP_SECONDS, exitEvents: values.SLIPWAY_EXIT_EVENTS === 'on', path: values.PATH, slackOrigin: values.SLIPWAY_SLACK_ORIGIN, consoleOrigins: values.SLIPWAY_CONSOLE_ORIGINS, ...(values.SLIPWAY_PROMETHEUS === undefined ? {} : { prometheus: resolve(values.SLIPWAY_PROMETHEUS) }),
    gitEnvironment: named(environment, GIT_VARIABLES), buildEnvironment: named(environment, values.SLIPWAY_BUILD_VARIABLES.split(',')),
    publicUrl: values.SLIPWAY_PUBLIC_URL, traces: tracesConfig(environment), traceUrl: values.SLIPWAY_TRACE_URL,
  };
}

const ReplayVariables = z.object({ SLIPWAY_REPLAY: z.string().min(1), SLIPWAY_INPUTS: z.string().min(1) });

/** What a replay is told. @throws InvalidInput naming the variable */
export function replayConfig(environment: Readonly<Record<string, string | undefined>>): { readonly spec: ReplaySpec; readonly inputs: string } {
  const parsed = ReplayVariables.safeParse(environment);
  const spec = ReplaySpec.safeParse(parsed.success ? jsonOf(parsed.data.SLIPWAY_REPLAY) : undefined);
  if (!parsed.success || !spec.success) throw new InvalidInput(`SLIPWAY_REPLAY and SLIPWAY_INPUTS say what to replay; Slipway sets them for a replay test. ${z.prettifyError((parsed.success ? spec.error : parsed.error) as z.ZodError)}`);
  return { spec: spec.data, inputs: parsed.data.SLIPWAY_INPUTS };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const Letters = /^[A-Za-z0-9_.-]{3,255}$/;
const SecretName = z.string().refine((text) => text === '' || SECRET_REFERENCE.test(text), 'the name of a secret, secretsmanager:NAME, secretsmanager:NAME#KEY or ssm:/PATH').default('');
const AwsVariables = z.object({
  SLIPWAY_TABLE: z.string().regex(Letters, 'the name of a DynamoDB table'),
  SLIPWAY_MACHINE_ARN_PREFIX: z.string().regex(/^arn:[a-z-]+:states:[a-z0-9-]+:\d{12}:stateMachine:[A-Za-z0-9_-]*$/, 'the ARN of a state machine up to where "pipeline" follows').optional(),
  SLIPWAY_TARGETS: z.string().regex(/^(?:[a-z][a-z0-9-]*(?:,[a-z][a-z0-9-]*)*)?$/, 'kinds of target, separated by commas').default(''),
  SLIPWAY_ARTIFACT_BUCKET: z.string().regex(/^(?:[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$/, 'the name of a bucket').default(''),
  SLIPWAY_BUILD_PROJECT: z.string().regex(/^(?:[A-Za-z0-9][A-Za-z0-9_-]{1,149})?$/, 'the name of a CodeBuild project').default(''),
  SLIPWAY_ALERTS_TOPIC: z.string().regex(/^(?:arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256})?$/, 'the ARN of a topic').default(''),
  SLIPWAY_SUBSCRIBER_QUEUES: z.string().regex(/^(?:https:\/\/sqs\.[a-z0-9.-]+\/\d{12}\/[A-Za-z0-9_-]+)?$/, 'the address of a queue up to where the subscriber\'s name follows').default(''),
  SLIPWAY_GIT_CREDENTIALS: SecretName,
  SLIPWAY_GITHUB_SECRET: SecretName,
  SLIPWAY_GIT_WEBHOOK_SECRETS: z.string().refine((text) => text === '' || (SECRET_REFERENCE.test(text) && text.startsWith('secretsmanager:') && !text.includes('#')), 'secretsmanager:NAME of a JSON object').default(''),
  SLIPWAY_SLACK_SECRET: SecretName,
  SLIPWAY_SLACK_TOKEN: SecretName,
  SLIPWAY_SLACK_ORIGIN: SlackOrigin,
  SLIPWAY_PUBLIC_URL: z.url({ protocol: /^https$/ }).optional(),
});

/** What a packaged function knows of its installation; serverless.yml gives it. */
export interface AwsConfig {
  readonly table: string;
  /** The ARN of a machine without its name. Null in functions that neither start executions nor answer tokens. */
  readonly machineArnPrefix: string | null;
  /** The kinds of target that there are, for messages and listings; others may still be invoked. */
  readonly targets: readonly string[];
  /** Null in functions that handle no artifacts. */
  readonly artifactBucket: string | null;
  /** Null in functions that neither start nor end builds and commands. */
  readonly buildProject: string | null;
  /** Where people are told; null in functions that leave that to the sweep of the outbox. */
  readonly alertsTopic: string | null;
  /** The addresses of the subscribers' queues without their names; null in functions that ring nobody. */
  readonly subscriberQueues: string | null;
  /** Where the credentials of git hosts are kept; null where repositories need none. */
  readonly gitCredentials: string | null;
  /** Where the keys are kept that requests are signed with; null in functions that take no requests of theirs. */
  readonly githubSecret: string | null;
  /** A JSON object, kind of git host -> key, for the others. */
  readonly gitWebhookSecrets: string | null;
  readonly slackSecret: string | null;
  /** Where the bot token of the Slack app is kept; null in functions that post nothing. */
  readonly slackToken: string | null;
  readonly slackOrigin: string;
  readonly publicUrl: string | null;
}

/** @throws InvalidInput naming the variable, never a secret's value */
export function awsConfig(environment: Readonly<Record<string, string | undefined>>): AwsConfig {
  const parsed = AwsVariables.safeParse(environment);
  if (!parsed.success) throw new InvalidInput(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  const values = parsed.data;
  return {
    table: values.SLIPWAY_TABLE, machineArnPrefix: values.SLIPWAY_MACHINE_ARN_PREFIX ?? null, targets: values.SLIPWAY_TARGETS.split(',').filter((kind) => kind !== ''),
    artifactBucket: values.SLIPWAY_ARTIFACT_BUCKET || null, buildProject: values.SLIPWAY_BUILD_PROJECT || null, gitCredentials: values.SLIPWAY_GIT_CREDENTIALS || null, alertsTopic: values.SLIPWAY_ALERTS_TOPIC || null, subscriberQueues: values.SLIPWAY_SUBSCRIBER_QUEUES || null,
    githubSecret: values.SLIPWAY_GITHUB_SECRET || null, gitWebhookSecrets: values.SLIPWAY_GIT_WEBHOOK_SECRETS || null, slackSecret: values.SLIPWAY_SLACK_SECRET || null, slackToken: values.SLIPWAY_SLACK_TOKEN || null, slackOrigin: values.SLIPWAY_SLACK_ORIGIN, publicUrl: values.SLIPWAY_PUBLIC_URL ?? null,
  };
}

const DAEMON = /^(?:([0-9.]{7,15})|\[([0-9a-f:]+)\]):(\d{1,5})$/;

/** What Lambda says of tracing: where X-Ray's daemon is, and in which trace this invocation is. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
export interface XrayConfig {
  /** Null where a function is not traced, or where this is no function. */
  readonly daemon: { readonly address: string; readonly port: number } | null;
  /** Another one in each invocation. */
  readonly header: string | undefined;
}

/** Never throws: nothing depends on it, and it is asked in each invocation. */
export function xrayConfig(environment: Readonly<Record<string, string | undefined>>): XrayConfig {
  const [, four, six, port] = DAEMON.exec(environment['AWS_XRAY_DAEMON_ADDRESS'] ?? '') ?? [];
  const address = four ?? six;
  return { daemon: address === undefined ? null : { address, port: Number(port) }, header: environment['_X_AMZN_TRACE_ID'] };
}

const SigningVariables = z.object({
  AWS_REGION: z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'a region such as eu-central-1'),
  AWS_ACCESS_KEY_ID: z.string().default(''),
  AWS_SECRET_ACCESS_KEY: z.string().default(''),
  AWS_SESSION_TOKEN: z.string().default(''),
  AWS_ENDPOINT_URL: z.url({ protocol: /^https?$/ }).optional(),
  AWS_LAMBDA_FUNCTION_NAME: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'the name of a function').optional(),
});

/** What a call to AWS is signed with: the variables that Lambda sets, named as everywhere. */
export interface SigningConfig {
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken: string | undefined } | null;
  /** Of an emulator, without a slash at its end. */
  readonly endpoint: string | undefined;
  /** The function that this is. */
  readonly caller: string | undefined;
}

/** @throws InvalidInput naming the variable, never a key */
export function signingConfig(environment: Readonly<Record<string, string | undefined>>): SigningConfig {
  const parsed = SigningVariables.safeParse(environment);
  if (!parsed.success) throw new InvalidInput(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  const { AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken, AWS_ENDPOINT_URL: endpoint, AWS_LAMBDA_FUNCTION_NAME: caller } = parsed.data;
  return { region, credentials: accessKeyId === '' || secretAccessKey === '' ? null : { accessKeyId, secretAccessKey, sessionToken: sessionToken || undefined }, endpoint: endpoint?.replace(/\/+$/, ''), caller };
}

/** The environment of this process; read here and nowhere else. */
export const processEnvironment = (): Readonly<Record<string, string | undefined>> => process.env;
