/** Runs one test of a stage, or keeps a command's outcome. */
import * as z from 'zod';
import { artifactFiles } from '#parts/artifact-files';
import { commands } from '#parts/commands';
import { httpChecks } from '#parts/http-checks';
import { recordingFiles } from '#parts/recording-files';
import { replays } from '#parts/replays';
import { sources } from '#parts/sources';
import { runTest } from '../src/app/run-test.ts';
import { TaskToken } from '../src/contracts/events.ts';
import { DeploymentId } from '../src/domain/ids.ts';
import { useCaseHandler } from '../src/main/handler.ts';

export const Event = z.strictObject({ deploymentId: DeploymentId, name: z.string(), attempt: z.int().min(1).optional(), token: TaskToken.optional(), outcome: z.strictObject({ passed: z.boolean(), seconds: z.number(), detail: z.string() }).optional() });
export const handler = useCaseHandler(Event, runTest, { artifactFiles, commands, httpChecks, recordingFiles, replays, sources });
