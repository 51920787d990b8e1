/** Looks whether what was launched is healthy. */
import * as z from 'zod';
import { settle } from '../src/app/settle.ts';
import { Batch } from '../src/contracts/events.ts';
import { DeploymentId } from '../src/domain/ids.ts';
import { STAGES } from '../src/domain/manifest.ts';
import { useCaseHandler } from '../src/main/handler.ts';

export const Event = z.strictObject({ deploymentId: DeploymentId, stage: z.enum([...STAGES, 'rollback']), batch: Batch });
export const handler = useCaseHandler(Event, settle);
