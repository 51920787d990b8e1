/** Takes the default action of an approval nobody gave. */
import * as z from 'zod';
import { expireApproval } from '../src/app/expire-approval.ts';
import { DeploymentId } from '../src/domain/ids.ts';
import { useCaseHandler } from '../src/main/handler.ts';

export const Event = z.strictObject({ deploymentId: DeploymentId, gate: z.string() });
export const handler = useCaseHandler(Event, expireApproval);
