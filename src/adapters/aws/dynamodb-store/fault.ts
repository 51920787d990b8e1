/** DynamoDB's errors in this project's words; https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
import * as z from 'zod';
import { Forbidden, InvalidInput, LimitExceeded, NotFound, ProviderUnavailable, SlipwayError } from '../../../domain/errors.ts';
import type { CheckedWrite } from '../../item-store-rules/checked-writes.ts';
import { conflict } from '../../item-store-rules/conflict.ts';
import { generationOf } from './stored-item.ts';

const PASSING = new Set([
  'TransactionConflictException', 'TransactionInProgressException', 'ThrottlingException', 'Throttling', 'RequestLimitExceeded',
  'ProvisionedThroughputExceededException', 'InternalServerError', 'ServiceUnavailable',
]);
const PASSING_REASONS = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);
const REFUSED = new Set(['AccessDeniedException', 'UnrecognizedClientException', 'InvalidSignatureException', 'ExpiredTokenException', 'MissingAuthenticationTokenException']);

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** One for each write, in their order; https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
const Cancelled = z.object({ CancellationReasons: z.array(z.object({ Code: z.string().default('None'), Item: z.unknown().optional() })).default([]) });
type Reasons = z.infer<typeof Cancelled>['CancellationReasons'];
/** Undefined for any other error. A signed call has them in its document, the SDK's error beside its message. */
const reasonsOf = (error: unknown): Reasons | undefined =>
  nameOf(error) === 'TransactionCanceledException' ? Cancelled.safeParse((error as { document?: unknown }).document ?? error).data?.CancellationReasons ?? [] : undefined;

/** Whether the same request may go through a moment later: contention and throttling, never a condition that failed. */
export function isPassing(error: unknown): boolean {
  const reasons = reasonsOf(error);
  if (reasons === undefined) return PASSING.has(nameOf(error));
  const codes = reasons.map(({ Code }) => Code).filter((code) => code !== 'None');
  return codes.length > 0 && codes.every((code) => PASSING_REASONS.has(code));
}

function cancelledFault(error: unknown, reasons: Reasons, writes: readonly CheckedWrite[]): SlipwayError {
  const failed = writes.flatMap(({ key, condition }, index) => {
    const reason = reasons[index];
    return reason?.Code === 'ConditionalCheckFailed' ? [{ key, condition, found: generationOf(reason.Item) }] : [];
  });
  if (failed.length > 0) return conflict(failed);
  const codes = reasons.map(({ Code }) => Code);
  if (codes.includes('ItemCollectionSizeLimitExceeded')) return new LimitExceeded('The partition is full, so nothing was written. Spread its items over more partitions.', { codes }, { cause: error });
  if (codes.includes('ValidationError')) return new InvalidInput(`DynamoDB refused a write: ${messageOf(error)}. Nothing was written; correct it.`, { codes }, { cause: error });
  return new ProviderUnavailable(`DynamoDB cancelled the transaction (${codes.join(', ')}), again and again. Nothing was written; try again later.`, { codes }, { cause: error });
}

function validationFault(error: unknown, doing: string): SlipwayError {
  const message = messageOf(error);
  if (/size/i.test(message) && /exceed/i.test(message)) return new LimitExceeded(`DynamoDB could not ${doing}: ${message}. Write less at once.`, {}, { cause: error });
  return new InvalidInput(`DynamoDB could not ${doing}: ${message}. Correct the request.`, {}, { cause: error });
}

/**
 * What a failed call means to the caller. `doing` completes "could not ..."; `writes` are those of a cancelled transaction.
 * After ProviderUnavailable from a write the outcome is unknown until it is read again.
 */
export function tableFault(error: unknown, doing: string, writes: readonly CheckedWrite[] = []): SlipwayError {
  if (error instanceof SlipwayError) return error;
  const reasons = reasonsOf(error);
  if (reasons !== undefined) return cancelledFault(error, reasons, writes);
  const name = nameOf(error);
  const evidence = { error: name };
  if (name === 'ResourceNotFoundException') return new NotFound(`DynamoDB could not ${doing}: the table is not there. Deploy it, or correct its name and region.`, evidence, { cause: error });
  if (REFUSED.has(name)) return new Forbidden(`DynamoDB could not ${doing}: ${messageOf(error)}. Give the role this table and action.`, evidence, { cause: error });
  if (name === 'ValidationException') return validationFault(error, doing);
  return new ProviderUnavailable(`DynamoDB could not ${doing}: ${name}: ${messageOf(error)}. Read again before repeating a write.`, evidence, { cause: error });
}
