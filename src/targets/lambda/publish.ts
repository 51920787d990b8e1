/** Brings one function to have a revision: its code and configuration, a version of both, an alias with the revision's name, warmth. */
import {
  CreateAliasCommand, CreateFunctionCommand, DeleteProvisionedConcurrencyConfigCommand, PublishVersionCommand, PutProvisionedConcurrencyConfigCommand,
  UpdateAliasCommand, UpdateFunctionCodeCommand, UpdateFunctionConfigurationCommand, type FunctionConfiguration,
} from '@aws-sdk/client-lambda';
import type { Place } from '../../contracts/target.ts';
import { InstancesUnhealthy, ProviderUnavailable } from '../../domain/errors.ts';
import type { Generation, RevisionId } from '../../domain/ids.ts';
import type { RevisionSpec } from '../../domain/revision.ts';
import type { Fence } from '../../ports/target.ts';
import { awsFault, faultName } from '../_aws/fault.ts';
import type { Code } from './code.ts';
import { isOvertaken } from './fault.ts';
import { checkGeneration } from '../_aws/guard.ts';
import { ABSENT, aliasNamed, lookAtFunction, lookAtVersion, versionsOf, warmthOf, type Lambda, type SeenFunction } from './look.ts';
import { revisionMark, revisionMarked, tagsOf } from './marks.ts';
import type { FunctionPlan, ServicePlan } from './settings.ts';
import { reserve } from './traffic.ts';
import { configurationOf, hasConfiguration, TRIES_MAX, triesOf, type WantedConfiguration } from './wanted.ts';
import type { Archive } from './zip.ts';

export interface Publishing {
  readonly lambda: Lambda;
  readonly fence: Fence;
  readonly code: Code;
  readonly request: Place & { readonly generation: Generation };
  readonly service: ServicePlan;
  readonly spec: RevisionSpec;
}

/** waiting: Lambda is still at work on the function; whoever looks again says the same again, and it goes on from there. */
export type Published = 'done' | 'waiting';

/** Create, configure, upload, publish, name, warm: and as many again for a caller at work beside this one. */
const ROUNDS_MAX = 16;

/** @throws StaleGeneration; InstancesUnhealthy when Lambda could not take it; Forbidden, InvalidInput, LimitExceeded, ProviderUnavailable */
export async function publish(on: Publishing, plan: FunctionPlan): Promise<Published> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    try {
      const step = await next(on, plan, await lookAtFunction(on.lambda, on.request, plan.key));
      if (step !== 'again') return step;
    } catch (error) {
      // Somebody else was quicker: what is there is read again, and the next step follows from that.
      if (!isOvertaken(error) && faultName(error) !== ABSENT[0]) throw awsFault('Lambda', `bring ${on.spec.revision} to ${plan.name}`, error);
    }
  }
  return 'waiting';
}

type Step = Published | 'again';

async function next(on: Publishing, plan: FunctionPlan, seen: SeenFunction | null): Promise<Step> {
  if (seen === null) return create(on, plan);
  const { latest } = seen;
  if (latest.State === 'Pending' || latest.LastUpdateStatus === 'InProgress') return 'waiting';
  const alias = aliasNamed(seen, on.spec.revision);
  const code = await on.code(on.spec.digest);
  const named = alias === undefined ? null : await lookAtVersion(on.lambda, plan.name, alias.version);
  const version = isOurs(named, on.spec.revision, code) ? named : await versionOf(on, plan, code);
  if (version === null) return bringLatest(on, plan, latest, code, 'publish');
  if (alias === undefined || alias.version !== version.Version || alias.description !== markOf(on, plan, code)) return name(on, plan, seen, version, code);
  // Somebody has changed what the next version would be made of. While a newer revision is on its way there, it is not this one's.
  if (revisionMarked(latest.Description) === on.spec.revision && !isBrought(on, plan, latest, code)) return bringLatest(on, plan, latest, code, 'leave');
  return warm(on, plan, seen, version);
}

const isOurs = (version: FunctionConfiguration | null, revision: RevisionId, code: Archive): boolean => version !== null && revisionMarked(version.Description) === revision && version.CodeSha256 === code.digest && version.State !== 'Failed';

async function create(on: Publishing, plan: FunctionPlan): Promise<Step> {
  const code = await on.code(on.spec.digest);
  await checkGeneration(on.fence, on.request);
  await on.lambda.send(new CreateFunctionCommand({ FunctionName: plan.name, ...configurationOf(on.service, plan, on.spec, 0), Architectures: [on.service.architecture], Code: { ZipFile: code.bytes }, Tags: tagsOf(on.request) }));
  return 'again';
}

/** The newest version of the revision with the right code that can run. */
const versionOf = async ({ lambda, spec }: Publishing, plan: FunctionPlan, code: Archive): Promise<FunctionConfiguration | null> =>
  (await versionsOf(lambda, plan.name)).findLast((version) => version.Version !== '$LATEST' && isOurs(version, spec.revision, code)) ?? null;

const wantedFor = (on: Publishing, plan: FunctionPlan, latest: FunctionConfiguration): WantedConfiguration => configurationOf(on.service, plan, on.spec, revisionMarked(latest.Description) === on.spec.revision ? triesOf(latest) : 0);
const isBrought = (on: Publishing, plan: FunctionPlan, latest: FunctionConfiguration, code: Archive): boolean => latest.CodeSha256 === code.digest && hasConfiguration(latest, wantedFor(on, plan, latest));

/** Configuration first: from then on its mark says that a revision is on its way. Each change waits for the one before. */
async function bringLatest(on: Publishing, plan: FunctionPlan, latest: FunctionConfiguration, code: Archive, then: 'publish' | 'leave'): Promise<Step> {
  const wanted = wantedFor(on, plan, latest);
  if (!hasConfiguration(latest, wanted)) return configure(on, plan, latest, wanted);
  if (latest.LastUpdateStatus === 'Failed' || latest.State === 'Failed') {
    throw new InstancesUnhealthy(`Lambda could not take ${on.spec.revision} into ${plan.name}: ${latest.LastUpdateStatusReason ?? latest.StateReason ?? 'it gives no reason'}.`, { function: plan.name });
  }
  if (latest.CodeSha256 !== code.digest) {
    await checkGeneration(on.fence, on.request);
    await on.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: plan.name, ZipFile: code.bytes, Architectures: [on.service.architecture], RevisionId: latest.RevisionId }));
    return 'again';
  }
  if (then === 'leave') return 'again';
  await checkGeneration(on.fence, on.request);
  const published = await on.lambda.send(new PublishVersionCommand({ FunctionName: plan.name, CodeSha256: code.digest, RevisionId: latest.RevisionId, Description: wanted.Description }));
  const version = published.Version === undefined ? null : await lookAtVersion(on.lambda, plan.name, published.Version);
  if (isOurs(version, on.spec.revision, code)) return 'again';
  // Nothing has changed since the last version, which has been deleted, or has failed: Lambda publishes a new one only of something new.
  const tries = triesOf(latest) + 1;
  if (tries > TRIES_MAX) throw new InstancesUnhealthy(`${on.spec.revision} was published to ${plan.name} ${tries} times, and no version of it could stay. See its function in the console, or release something else.`, { function: plan.name });
  return configure(on, plan, { ...latest, RevisionId: undefined }, configurationOf(on.service, plan, on.spec, tries));
}

async function configure(on: Publishing, plan: FunctionPlan, latest: FunctionConfiguration, wanted: WantedConfiguration): Promise<Step> {
  await checkGeneration(on.fence, on.request);
  await on.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: plan.name, ...wanted, RevisionId: latest.RevisionId }));
  return 'again';
}

const markOf = (on: Publishing, plan: FunctionPlan, code: Archive): string => revisionMark({ functions: on.service.functions.map(({ key }) => key), warm: plan.warm, code: code.digest });

async function name(on: Publishing, plan: FunctionPlan, seen: SeenFunction, { Version }: FunctionConfiguration, code: Archive): Promise<Step> {
  const alias = aliasNamed(seen, on.spec.revision);
  const input = { FunctionName: plan.name, Name: on.spec.revision, FunctionVersion: Version, Description: markOf(on, plan, code) };
  await checkGeneration(on.fence, on.request);
  await (alias === undefined ? on.lambda.send(new CreateAliasCommand(input)) : on.lambda.send(new UpdateAliasCommand({ ...input, RoutingConfig: { AdditionalVersionWeights: {} }, RevisionId: alias.condition })));
  return 'again';
}

/** Before there is traffic: a revision is not healthy until its environments are ready. */
async function warm(on: Publishing, plan: FunctionPlan, seen: SeenFunction, { Version, State }: FunctionConfiguration): Promise<Step> {
  if (Version === undefined) throw new ProviderUnavailable(`Lambda answered for a version of ${plan.name} without its number. Try again.`);
  if (State === 'Pending') return 'waiting';
  const there = (await warmthOf(on.lambda, plan.name)).get(Version);
  if (plan.warm === 0 && there === undefined) return 'done';
  if (plan.warm > 0 && there?.wanted === plan.warm && there.status !== 'FAILED') return there.status === 'READY' ? 'done' : 'waiting';
  // Nothing can be kept warm while the function is stopped; what it serves until the next route is what it served before.
  if (plan.warm > 0 && seen.reserved === 0) await reserve(on, seen, plan.reserved);
  await checkGeneration(on.fence, on.request);
  if (plan.warm === 0) await on.lambda.send(new DeleteProvisionedConcurrencyConfigCommand({ FunctionName: plan.name, Qualifier: Version }));
  else await on.lambda.send(new PutProvisionedConcurrencyConfigCommand({ FunctionName: plan.name, Qualifier: Version, ProvisionedConcurrentExecutions: plan.warm }));
  return plan.warm === 0 ? 'done' : 'waiting';
}
