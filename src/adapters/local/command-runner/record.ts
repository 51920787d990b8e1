/** What a command's run asks for and what comes of it, as it is kept on disk: the request with its token. */
import * as z from 'zod';
import { CommitId, Digest } from '../../../domain/ids.ts';
import { Command } from '../../../domain/manifest.ts';
import type { CommandOutcome, CommandRun } from '../../../ports/commands.ts';
import type { JobKind } from '../child-processes/job-records.ts';

export interface CommandRequest {
  readonly run: CommandRun;
  readonly token: string;
}

const withoutNul = (text: string): boolean => !text.includes('\0');

const Run = z.strictObject({
  id: z.string().regex(/^[0-9A-Za-z_.:@-]{1,200}$/, 'letters, digits and _ . : @ -, at most 200'),
  repository: z.string().min(1).max(2000).nullable(),
  commit: CommitId.nullable(),
  digest: Digest,
  folder: z.string().max(1000).refine((path) => !path.startsWith('/') && !path.split('/').includes('..') && withoutNul(path), 'a folder inside the repository, without ..'),
  command: Command.refine((command) => command.every(withoutNul), 'no NUL characters'),
  environment: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'the name of a variable'), z.string().max(32_768).refine(withoutNul, 'no NUL characters')),
  timeoutSeconds: z.number().positive(),
  inputs: z.array(z.strictObject({ name: z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}$/, 'a file name'), digest: Digest })).max(10).optional(),
}) satisfies z.ZodType<CommandRun>;

export const COMMAND_JOB: JobKind<CommandRequest, CommandOutcome> = {
  word: 'command',
  request: z.strictObject({ run: Run, token: z.string().min(1).max(2048) }),
  outcome: z.strictObject({ passed: z.boolean(), seconds: z.number(), detail: z.string() }),
  idOf: ({ run }) => run.id,
};
