/** Compiles the plan of one environment and takes its lease. */
import * as z from 'zod';
import { plan } from '../src/app/plan.ts';
import { EnvironmentName, PipelineId } from '../src/domain/ids.ts';
import { useCaseHandler } from '../src/main/handler.ts';

/** Without a turn: from an execution that began before the machine counted them. */
export const Event = z.strictObject({ pipelineId: PipelineId, environment: EnvironmentName, turn: z.int().min(0).default(0) });
export const handler = useCaseHandler(Event, plan);
