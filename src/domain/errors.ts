/**
 * Typed errors. `name` is the contract with `Retry` and `Catch` in statemachines/: never rename one.
 * A message says what happened, why, and what to do next.
 */

/** Whether the same call may succeed later without anybody changing anything. */
export type Retryable = 'retryable' | 'final';

export abstract class SlipwayError extends Error {
  abstract readonly retry: Retryable;
  /** What was seen, for the person who reads the refusal. Never holds a secret. */
  readonly evidence: Readonly<Record<string, unknown>>;
  constructor(message: string, evidence: Readonly<Record<string, unknown>> = {}, options?: ErrorOptions) {
    super(message, options);
    this.evidence = evidence;
  }
}

const define = <N extends string>(errorName: N, retryable: Retryable) =>
  class extends SlipwayError {
    override readonly name = errorName;
    override readonly retry: Retryable = retryable;
  };

/** A newer desired state exists; whoever wrote the older one must stop. */
export class StaleGeneration extends define('StaleGeneration', 'final') {}
/** A conditional write lost against another writer. */
export class Conflict extends define('Conflict', 'retryable') {}
/** What is there now is not what the caller has seen (If-Match). */
export class PreconditionFailed extends define('PreconditionFailed', 'final') {}
/** There is such a path, but not with this method. */
export class MethodNotAllowed extends define('MethodNotAllowed', 'final') {}
/** A body in a form that is not taken here. */
export class UnsupportedMediaType extends define('UnsupportedMediaType', 'final') {}
/** What was asked for by name is not there. */
export class NotFound extends define('NotFound', 'final') {}
/** Input that does not fit its schema. */
export class InvalidInput extends define('InvalidInput', 'final') {}
/** A manifest or environments file with mistakes; evidence.issues lists them with positions. */
export class InvalidManifest extends define('InvalidManifest', 'final') {}
/** A signature, timestamp or token that does not verify. */
export class Unauthenticated extends define('Unauthenticated', 'final') {}
/** Asked too often; evidence.retryAfterSeconds says when it may be asked again. */
export class TooManyRequests extends define('TooManyRequests', 'retryable') {}
/** Known, but not allowed to do this. */
export class Forbidden extends define('Forbidden', 'final') {}
/** A newer push has taken this pipeline's place. */
export class Superseded extends define('Superseded', 'final') {}
/** A person has cancelled this pipeline. */
export class Cancelled extends define('Cancelled', 'final') {}
/** Instances did not become healthy in their time, or stopped being so. */
export class InstancesUnhealthy extends define('InstancesUnhealthy', 'final') {}
/** The judge found the candidate worse than the stable revision. */
export class CandidateWorse extends define('CandidateWorse', 'final') {}
/** In a parallel run the candidate answered other than the stable revision. */
export class AnswersDiffer extends define('AnswersDiffer', 'final') {}
/** Time was up and the evidence was not enough. */
export class Inconclusive extends define('Inconclusive', 'final') {}
/** At least one test of a stage failed. */
export class TestsFailed extends define('TestsFailed', 'final') {}
/** The build, or the fast tests before it, failed. */
export class BuildFailed extends define('BuildFailed', 'final') {}
/** A person said no. */
export class ApprovalRejected extends define('ApprovalRejected', 'final') {}
/** The approval's time ran out and its default is to reject. */
export class ApprovalExpired extends define('ApprovalExpired', 'final') {}
/** The canary turned bad while the approval waited. */
export class ApprovalVoided extends define('ApprovalVoided', 'final') {}
/** An artifact whose content does not fit its digest, or that holds what it may not. */
export class ArtifactRefused extends define('ArtifactRefused', 'final') {}
/** A provider (a target, a store, a git host) did not answer or answered with a passing fault. */
export class ProviderUnavailable extends define('ProviderUnavailable', 'retryable') {}
/** A target cannot do what the plan would need of it. */
export class NotSupported extends define('NotSupported', 'final') {}
/** A task token that was used, has expired, or never was. */
export class TokenRefused extends define('TokenRefused', 'final') {}
/** A release that cannot work on the data that the stable one writes, or the other way round. */
export class IncompatibleSchema extends define('IncompatibleSchema', 'final') {}
/** The disk, or its quota, is full: nothing is wrong with what was asked. */
export class StorageFull extends define('StorageFull', 'final') {}
/** Larger or more than a limit allows: one of ours, or a provider's. */
export class LimitExceeded extends define('LimitExceeded', 'final') {}
