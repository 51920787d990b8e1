/** Asks for a person's decision, and keeps the token it answers. */
import * as z from 'zod';
import { requestApproval } from '../src/app/request-approval.ts';
import { TaskToken } from '../src/contracts/events.ts';
import { DeploymentId } from '../src/domain/ids.ts';
import { useCaseHandler } from '../src/main/handler.ts';

export const Event = z.strictObject({ deploymentId: DeploymentId, gate: z.string(), token: TaskToken });
export const handler = useCaseHandler(Event, requestApproval);
