/** Starts the command of a gate, or keeps its outcome. */
import * as z from 'zod';
import { commands } from '#parts/commands';
import { runGate } from '../src/app/run-gate.ts';
import { TaskToken } from '../src/contracts/events.ts';
import { DeploymentId } from '../src/domain/ids.ts';
import { useCaseHandler } from '../src/main/handler.ts';

export const Event = z.strictObject({ deploymentId: DeploymentId, gate: z.string(), token: TaskToken.optional(), outcome: z.strictObject({ passed: z.boolean(), seconds: z.number(), detail: z.string() }).optional() });
export const handler = useCaseHandler(Event, runGate, { commands });
