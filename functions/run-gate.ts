/** Starts the command of a gate. */
import * as z from 'zod';
import { commands } from '#parts/commands';
import { runGate } from '../src/app/run-gate.ts';
import { TaskToken } from '../src/contracts/events.ts';
import { DeploymentId } from '../src/domain/ids.ts';
import { useCaseHandler } from '../src/main/handler.ts';

export const Event = z.strictObject({ deploymentId: DeploymentId, gate: z.string(), token: TaskToken });
export const handler = useCaseHandler(Event, runGate, { commands });
