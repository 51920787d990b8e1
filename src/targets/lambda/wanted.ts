/** A function's configuration as a revision asks for it, and whether one that is there is the same. */
import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import type { RevisionSpec } from '../../domain/revision.ts';
import { versionMark } from './marks.ts';
import type { FunctionPlan, ServicePlan } from './settings.ts';

const MEBIBYTE = 1024 ** 2;

/** MiB; https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const memoryOf = (plan: Pick<FunctionPlan, 'memory'>, spec: Pick<RevisionSpec, 'resources'>): number => plan.memory ?? Math.ceil(spec.resources.memory / MEBIBYTE);

/** A try after a version of the same revision has been lost; Lambda publishes nothing that it has published before. */
export const TRY_VARIABLE = 'SLIPWAY_TRY';
/** Then it is left for a person. */
export const TRIES_MAX = 5;

/**
 * The variables of a function: the revision's configuration, what runs, and for each secret `<NAME>_FROM` with its reference. The
 * function reads the value itself, with its own role.
 */
export function variablesOf(spec: RevisionSpec, tries: number): Record<string, string> {
  return {
    ...spec.configuration,
    ...Object.fromEntries(Object.entries(spec.secrets).map(([name, { from }]) => [`${name}_FROM`, from])),
    SLIPWAY_SERVICE: spec.service, SLIPWAY_ENVIRONMENT: spec.environment, SLIPWAY_VERSION: spec.version, SLIPWAY_REVISION: spec.revision,
    ...(tries === 0 ? {} : { [TRY_VARIABLE]: String(tries) }),
  };
}

/** Everything but the code: the input of CreateFunction and UpdateFunctionConfiguration. */
export function configurationOf(service: ServicePlan, plan: FunctionPlan, spec: RevisionSpec, tries: number) {
  return {
    Description: versionMark(spec.revision),
    Handler: plan.handler,
    Runtime: plan.runtime as NonNullable<FunctionConfiguration['Runtime']>,
    Role: plan.role ?? '',
    MemorySize: memoryOf(plan, spec),
    Timeout: plan.timeoutSeconds,
    Layers: [...plan.layers],
    Environment: { Variables: variablesOf(spec, tries) },
    ...(plan.deadLetter === null ? {} : { DeadLetterConfig: { TargetArn: plan.deadLetter } }),
    ...(service.vpc === null ? {} : { VpcConfig: { SubnetIds: [...service.vpc.subnets], SecurityGroupIds: [...service.vpc.securityGroups] } }),
  };
}
export type WantedConfiguration = ReturnType<typeof configurationOf>;

/** How many tries the configuration that is there was made for. */
export const triesOf = (configuration: FunctionConfiguration): number => Number(configuration.Environment?.Variables?.[TRY_VARIABLE] ?? 0);

export const hasConfiguration = (seen: FunctionConfiguration, wanted: WantedConfiguration): boolean => shapeOf(seen) === shapeOf(wanted);
export const sameConfiguration = (one: FunctionConfiguration, other: FunctionConfiguration): boolean => shapeOf(one) === shapeOf(other);

type Shaped = Omit<FunctionConfiguration, 'Layers'> & { readonly Layers?: readonly (string | { readonly Arn?: string | undefined })[] | undefined };

/** What a revision decides, in one order; what Lambda adds by itself is left out. */
function shapeOf({ Description, Handler, Runtime, Role, MemorySize, Timeout, Layers, Environment, DeadLetterConfig, VpcConfig }: Shaped | WantedConfiguration & Shaped): string {
  return JSON.stringify([
    Description ?? '', Handler, Runtime, Role, MemorySize, Timeout,
    (Layers ?? []).map((layer) => (typeof layer === 'string' ? layer : layer.Arn)),
    Object.entries(Environment?.Variables ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)),
    DeadLetterConfig?.TargetArn ?? null, [...(VpcConfig?.SubnetIds ?? [])].sort(), [...(VpcConfig?.SecurityGroupIds ?? [])].sort(),
  ]);
}
