/** Ends a deployment and frees its environment. */
import * as z from 'zod';
import { conclude } from '../src/app/conclude.ts';
import { DeploymentId } from '../src/domain/ids.ts';
import { useCaseHandler } from '../src/main/handler.ts';

export const Event = z.strictObject({ deploymentId: DeploymentId, outcome: z.enum(['succeeded', 'rolled-back']) });
export const handler = useCaseHandler(Event, conclude);
