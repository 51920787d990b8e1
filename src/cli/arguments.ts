/** Arguments and options that several commands share, checked before anything is asked. */
import { InvalidArgumentError, Option } from 'commander';
import type * as z from 'zod';
import { EnvironmentName, PipelineId, ServiceName } from '../domain/ids.ts';
import { RecordingId } from '../domain/recording/recording.ts';
import { CliError, EXIT } from './exit.ts';
import { messageOf } from './faults.ts';

const parser = <T>(schema: z.ZodType<T>, hint: string) => (value: string): T => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(`${hint}: ${parsed.error.issues[0]?.message ?? 'it does not fit'}.`);
};

export const serviceName = parser(ServiceName, 'A service\'s name has');
export const environmentName = parser(EnvironmentName, 'An environment\'s name has');
export const pipelineId = parser(PipelineId, 'A pipeline is named as "slipway history SERVICE" lists it');

export const recordingName = parser(RecordingId, 'A recording is named as "slipway recording list SERVICE" lists it');

export const wholeNumber = (least: number, most: number) => (value: string): number => {
  const number = Number(value);
  if (/^\d{1,9}$/.test(value) && number >= least && number <= most) return number;
  throw new InvalidArgumentError(`Use a whole number from ${least} to ${most}.`);
};

export const environmentOption = (required: boolean): Option =>
  new Option('-e, --environment <environment>', 'the environment').argParser(environmentName).makeOptionMandatory(required);
export const limitOption = (): Option => new Option('-n, --limit <number>', 'at most so many').argParser(wholeNumber(1, 1000)).default(20);

/** A file that is missing or too large is the caller's mistake, and is said with its path. */
export async function readable(read: Promise<string | null>, path: string): Promise<string> {
  const text = await read.catch((error: unknown) => {
    throw new CliError(EXIT.failed, `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  });
  if (text === null) throw new CliError(EXIT.failed, `There is no file ${path}.`);
  return text;
}
