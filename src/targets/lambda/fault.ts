/** Lambda's refusals of a change, where they mean more than a fault. */
import { Conflict } from '../../domain/errors.ts';
import { awsFault, faultName } from '../_aws/fault.ts';

/** What was read is no longer so, or Lambda is still at work on the change before; https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html */
export const OVERTAKEN = ['PreconditionFailedException', 'ResourceConflictException'] as const;
export const isOvertaken = (error: unknown): boolean => OVERTAKEN.some((name) => name === faultName(error));

/** Runs one call that changes something. @throws Conflict when somebody was quicker: said again, it looks again */
export async function changing<T>(doing: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (isOvertaken(error)) throw new Conflict(`Lambda could not ${doing}: somebody else has changed it since it was looked at, or a change is still under way. It is tried again.`, { error: faultName(error) }, { cause: error });
    throw awsFault('Lambda', doing, error);
  }
}
