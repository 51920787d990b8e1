/** What Lambda can do, and why it cannot do what a plan would need of it. */
import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda';
import type { DescribeRequest, DescribeResult, PlanQuestion } from '../../contracts/target.ts';
import { InvalidInput } from '../../domain/errors.ts';
import type { RevisionSpec } from '../../domain/revision.ts';
import { calling } from '../_aws/fault.ts';
import { lookAt, type Lambda } from './look.ts';
import { ALIAS_DESCRIPTION_MAX, revisionMark } from './marks.ts';
import type { LambdaNeeds } from './needs.ts';
import { servicePlan, type FunctionPlan, type ServicePlan } from './settings.ts';
import { memoryOf, TRIES_MAX, variablesOf } from './wanted.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const NAME_MAX = 64;
const VARIABLES_BYTES_MAX = 4096;
const MEMORY = { least: 128, most: 10_240 };
/** So much has to stay unreserved; https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
const UNRESERVED_LEAST = 100;
/** Set by Lambda itself; https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const RESERVED_VARIABLE = /^(?:AWS_(?:REGION|DEFAULT_REGION|EXECUTION_ENV|ACCESS_KEY|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)|AWS_LAMBDA_.*|LAMBDA_.*|_.*)$/;

export async function describe(needs: LambdaNeeds, { plan }: DescribeRequest): Promise<DescribeResult> {
  return {
    verb: 'describe', kind: 'lambda', weights: true, zones: false, scaleToZero: true, compares: true, instancesMaximum: 1,
    limits: {
      instances: 'A revision is one instance, which Lambda scales by itself; reservedConcurrency is its ceiling and provisionedConcurrency what is kept ready.',
      revisions: 'Two with traffic at the same time, of the same role and dead letter queue: an alias leads to two versions.',
      memory: 'settings.memory or resources.memory, held by Lambda; the processor goes with the memory, and resources.cpu is not looked at.',
    },
    problems: plan === undefined ? [] : await problemsOf(needs.lambda(plan.place.access), plan),
  };
}

/** Settings that do not fit make everything else unknowable, so they are the only problem then. */
async function problemsOf(lambda: Lambda, plan: PlanQuestion): Promise<string[]> {
  try {
    const service = servicePlan({ ...plan.place, settings: plan.candidate.settings });
    const problems = [...ofService(plan, service), ...service.functions.flatMap((one) => ofFunction(plan, one)), ...(plan.stable === null ? [] : besideStable(plan.stable, plan, service))];
    // The account is only asked about what could be made at all.
    return problems.length > 0 ? problems : await ofAccount(lambda, plan, service);
  } catch (error) {
    if (error instanceof InvalidInput) return [error.message];
    throw error;
  }
}

function ofService({ candidate }: PlanQuestion, service: ServicePlan): string[] {
  const keys = service.functions.map(({ key }) => key);
  const reserved = Object.keys(candidate.configuration).filter((name) => RESERVED_VARIABLE.test(name));
  const taken = Object.keys(candidate.secrets).filter((name) => `${name}_FROM` in candidate.configuration);
  const bytes = Buffer.byteLength(JSON.stringify(variablesOf(candidate, TRIES_MAX)));
  return [
    ...(candidate.service.startsWith('slipway') ? [`The name "${candidate.service}" could meet Slipway's own functions. Give the service another one.`] : []),
    ...(candidate.stickiness.by === 'request' ? [] : [`An alias gives each request to a version at random and cannot keep a client on one. Take "routing" out of slipway.yaml, or route by ${candidate.stickiness.by} in front of it.`]),
    ...(reserved.length > 0 ? [`Lambda sets ${reserved.join(', ')} by itself. Give ${reserved.length > 1 ? 'them other names' : 'it another name'} in the configuration.`] : []),
    ...(taken.length > 0 ? [`The references of the secrets ${taken.join(', ')} go to the functions as <NAME>_FROM, and the configuration has such a name too. Rename one of them.`] : []),
    ...(bytes > VARIABLES_BYTES_MAX ? [`Configuration and secret references take ${bytes} bytes, and Lambda gives a function ${VARIABLES_BYTES_MAX}. Move some to Parameter Store.`] : []),
    ...(revisionMark({ functions: keys, warm: 100_000, code: 'x'.repeat(44) }).length > ALIAS_DESCRIPTION_MAX ? ['The names of the functions are too long together to be kept with a revision. Shorten them, or split the service.'] : []),
  ];
}

function ofFunction({ candidate }: PlanQuestion, one: FunctionPlan): string[] {
  const memory = memoryOf(one, candidate);
  return [
    ...(one.name.length > NAME_MAX ? [`The function's name ${one.name} has ${one.name.length} characters, and Lambda takes ${NAME_MAX}. Shorten "${one.key}".`] : []),
    ...(one.role === null ? [`The function "${one.key}" has no role. Say settings.role in slipway.yaml, or targets.lambda.role of the environment.`] : []),
    ...(memory < MEMORY.least || memory > MEMORY.most ? [`The function "${one.key}" would have ${memory} MiB of memory, and Lambda gives ${MEMORY.least} to ${MEMORY.most}. Correct settings.memory or resources.memory.`] : []),
    ...(one.reserved !== null && one.warm > one.reserved ? [`The function "${one.key}" is to keep ${one.warm} environments ready and may run ${one.reserved}. Raise reservedConcurrency.`] : []),
  ];
}

/** Both get traffic from one alias. */
function besideStable(stable: RevisionSpec, { shares, candidate }: PlanQuestion, service: ServicePlan): string[] {
  const before = servicePlan({ ...stable, settings: stable.settings });
  const pairs = service.functions.flatMap((now) => before.functions.filter(({ key }) => key === now.key).map((old) => ({ now, old })));
  const differing = shares ? pairs.filter(({ now, old }) => now.role !== old.role || now.deadLetter !== old.deadLetter) : [];
  return [
    ...(pairs.length === 0 ? [`${candidate.revision} has none of the functions of ${stable.revision}, so traffic cannot go from one to the other. Keep at least one, and drop it with the release after.`] : []),
    ...(before.alias === service.alias ? [] : [`Callers use the alias "${before.alias}", and this release says "${service.alias}". Keep it, or give the service another name.`]),
    ...differing.map(({ now }) => `The function "${now.key}" changes its role or dead letter queue, and an alias cannot share traffic between such versions. Release this with the strategy all-at-once or blue-green.`),
  ];
}

async function ofAccount(lambda: Lambda, { place }: PlanQuestion, service: ServicePlan): Promise<string[]> {
  const wanted = service.functions.reduce((sum, { reserved }) => sum + (reserved ?? 0), 0);
  if (wanted === 0) return [];
  const { functions } = await lookAt(lambda, place, service.functions.map(({ key }) => key));
  const account = await calling('Lambda', 'look at the concurrency of the account', () => lambda.send(new GetAccountSettingsCommand({})));
  const unreserved = account.AccountLimit?.UnreservedConcurrentExecutions ?? 0;
  const left = unreserved + functions.reduce((sum, { reserved }) => sum + (reserved ?? 0), 0) - wanted;
  return left >= UNRESERVED_LEAST ? [] : [`The functions reserve ${wanted} concurrent executions, which would leave ${left} of the account's, and ${UNRESERVED_LEAST} have to stay. Reserve less, or have the account's concurrency raised.`];
}
