/** What a service on Lambda says about its functions, and what follows from it: names, memory, concurrency. */
import * as z from 'zod';
import type { Settings } from '../../domain/access.ts';
import { InvalidInput } from '../../domain/errors.ts';

const Arn = z.string().regex(/^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]*:.{1,600}$/, 'an ARN');
const Role = z.string().regex(/^arn:aws[a-z-]*:iam::[0-9]{12}:role\/[\w+=,.@/-]{1,512}$/, 'the ARN of a role');

/** What AWS takes: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
export const EventSource = z.strictObject({
  arn: Arn,
  batchSize: z.int().min(1).max(10_000).optional(),
  /** Seconds; https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html */
  batchWindow: z.int().min(0).max(300).optional(),
  /** Where a stream is read from at first; queues have none. */
  startingPosition: z.enum(['TRIM_HORIZON', 'LATEST']).optional(),
  /** Only the failed messages of a batch come again; the function has to say which. */
  reportFailures: z.boolean().default(false),
});
export type EventSource = z.infer<typeof EventSource>;

/** Memory, timeout and layers: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const Shared = {
  runtime: z.string().regex(/^[a-z][a-z0-9.]{1,40}$/, 'a runtime such as nodejs24.x').optional(),
  role: Role.optional(),
  /** MiB. Absent: `resources.memory` of the manifest. */
  memory: z.int().min(128).max(10_240).optional(),
  /** Seconds. */
  timeout: z.int().min(1).max(900).optional(),
  layers: z.array(Arn).max(5).optional(),
  deadLetter: Arn.optional(),
  reservedConcurrency: z.int().min(1).max(100_000).optional(),
  provisionedConcurrency: z.int().min(1).max(100_000).optional(),
};

export const FunctionSettings = z.strictObject({ handler: z.string().regex(/^\S{1,128}$/, 'a handler such as index.handler'), ...Shared, eventSources: z.array(EventSource).max(20).default([]) });

/** A key is the last part of the function's name, `<service>-<environment>-<key>`. */
const FunctionKey = z.string().regex(/^[a-z][a-z0-9-]{0,29}$/, 'lower case letters, digits and hyphens, at most 30');

export const LambdaSettings = z.strictObject({
  functions: z.record(FunctionKey, FunctionSettings).refine((functions) => Object.keys(functions).length >= 1 && Object.keys(functions).length <= 10, 'one to ten functions'),
  ...Shared,
  architecture: z.enum(['arm64', 'x86_64']).default('arm64'),
  /** The alias that callers and event sources use. */
  alias: z.string().regex(/^[a-zA-Z][a-zA-Z0-9_]{0,30}$/, 'letters, digits and _, without a hyphen: those are for revisions').default('live'),
  /** Where users reach the service, when something such as an HTTP API stands before the alias. */
  endpoint: z.url({ protocol: /^https$/ }).optional(),
  subnets: z.array(z.string().regex(/^subnet-[0-9a-f]{8,17}$/)).min(1).max(16).optional(),
  securityGroups: z.array(z.string().regex(/^sg-[0-9a-f]{8,17}$/)).min(1).max(5).optional(),
}).refine(({ subnets, securityGroups }) => (subnets === undefined) === (securityGroups === undefined), 'subnets and securityGroups belong together');

/** One function of a service as it is to be. */
export interface FunctionPlan {
  readonly key: string;
  /** `<service>-<environment>-<key>`. */
  readonly name: string;
  readonly handler: string;
  readonly runtime: string;
  readonly role: string | null;
  /** MiB; null: as `resources.memory` says. */
  readonly memory: number | null;
  readonly timeoutSeconds: number;
  readonly layers: readonly string[];
  readonly deadLetter: string | null;
  /** Null: no part of the account's concurrency is kept for it, nor is it limited. */
  readonly reserved: number | null;
  /** Execution environments of each revision that are kept initialized; 0: none. */
  readonly warm: number;
  readonly eventSources: readonly EventSource[];
}

export interface ServicePlan {
  readonly alias: string;
  readonly endpoint: string | null;
  readonly architecture: 'arm64' | 'x86_64';
  readonly vpc: { readonly subnets: readonly string[]; readonly securityGroups: readonly string[] } | null;
  readonly functions: readonly FunctionPlan[];
}

const RUNTIME = 'nodejs24.x';
const TIMEOUT_SECONDS = 30;

export const functionName = ({ service, environment }: { readonly service: string; readonly environment: string }, key: string): string => `${service}-${environment}-${key}`;

/** @throws InvalidInput naming each setting that does not fit */
export function servicePlan(place: { readonly service: string; readonly environment: string; readonly settings: Settings }): ServicePlan {
  const parsed = LambdaSettings.safeParse(place.settings);
  if (!parsed.success) throw new InvalidInput(`The settings of ${place.service} in ${place.environment} do not fit the target lambda: ${parsed.error.issues.map((issue) => `${issue.path.join('.') || 'settings'}: ${issue.message}`).join('; ')}. Correct them in slipway.yaml or environments.yaml.`);
  const { functions, alias, endpoint, architecture, subnets, securityGroups, ...all } = parsed.data;
  return {
    alias,
    endpoint: endpoint ?? null,
    architecture,
    vpc: subnets === undefined || securityGroups === undefined ? null : { subnets, securityGroups },
    functions: Object.entries(functions).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, own]): FunctionPlan => ({
      key,
      name: functionName(place, key),
      handler: own.handler,
      runtime: own.runtime ?? all.runtime ?? RUNTIME,
      role: own.role ?? all.role ?? null,
      memory: own.memory ?? all.memory ?? null,
      timeoutSeconds: own.timeout ?? all.timeout ?? TIMEOUT_SECONDS,
      layers: own.layers ?? all.layers ?? [],
      deadLetter: own.deadLetter ?? all.deadLetter ?? null,
      reserved: own.reservedConcurrency ?? all.reservedConcurrency ?? null,
      warm: own.provisionedConcurrency ?? all.provisionedConcurrency ?? 0,
      eventSources: own.eventSources,
    })),
  };
}
