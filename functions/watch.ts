/** Watches the canary while a person decides. */
import * as z from 'zod';
import { judge } from '#parts/judge';
import { metrics } from '#parts/metrics';
import { watch } from '../src/app/watch.ts';
import { DeploymentId } from '../src/domain/ids.ts';
import { useCaseHandler } from '../src/main/handler.ts';

export const Event = z.strictObject({ deploymentId: DeploymentId, gate: z.string() });
export const handler = useCaseHandler(Event, watch, { judge, metrics });
