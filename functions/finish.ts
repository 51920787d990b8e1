/** Ends a pipeline. */
import * as z from 'zod';
import { finish } from '../src/app/finish.ts';
import { PipelineId } from '../src/domain/ids.ts';
import { useCaseHandler } from '../src/main/handler.ts';

export const Event = z.strictObject({ pipelineId: PipelineId, outcome: z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('succeeded') }), z.strictObject({ kind: z.literal('failed'), error: z.string(), cause: z.string() })]) });
export const handler = useCaseHandler(Event, finish, {}, ({ status, isFirst }) => (isFirst ? [{ name: 'PipelinesEnded', value: 1, outcome: status }] : []));
