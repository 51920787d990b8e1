/** Starts a pipeline's build; the builder answers the token. */
import * as z from 'zod';
import { builder } from '#parts/builder';
import { startBuild } from '../src/app/start-build.ts';
import { TaskToken } from '../src/contracts/events.ts';
import { PipelineId } from '../src/domain/ids.ts';
import { useCaseHandler } from '../src/main/handler.ts';

export const Event = z.strictObject({ pipelineId: PipelineId, token: TaskToken });
export const handler = useCaseHandler(Event, startBuild, { builder });
