/** Writes the desired state of before the deployment. */
import * as z from 'zod';
import { revert } from '../src/app/revert.ts';
import { TaskFailure } from '../src/domain/failure.ts';
import { DeploymentId } from '../src/domain/ids.ts';
import { useCaseHandler } from '../src/main/handler.ts';

export const Event = z.strictObject({ deploymentId: DeploymentId, failure: TaskFailure });
export const handler = useCaseHandler(Event, revert);
