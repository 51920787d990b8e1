/** Opens a gate. */
import * as z from 'zod';
import { openGate } from '../src/app/open-gate.ts';
import { DeploymentId } from '../src/domain/ids.ts';
import { useCaseHandler } from '../src/main/handler.ts';

export const Event = z.strictObject({ deploymentId: DeploymentId, gate: z.string() });
export const handler = useCaseHandler(Event, openGate);
