/** Fails the stage when a test failed. */
import * as z from 'zod';
import { assessTests } from '../src/app/assess-tests.ts';
import { DeploymentId } from '../src/domain/ids.ts';
import { useCaseHandler } from '../src/main/handler.ts';

export const Event = z.strictObject({ deploymentId: DeploymentId });
export const handler = useCaseHandler(Event, assessTests);
