/** Decides which services a push releases. */
import * as z from 'zod';
import { sources } from '#parts/sources';
import { admit } from '../src/app/admit.ts';
import { TaskFailure } from '../src/domain/failure.ts';
import { DeliveryId } from '../src/domain/ids.ts';
import { useCaseHandler } from '../src/main/handler.ts';

export const Event = z.strictObject({ deliveryId: DeliveryId, failure: TaskFailure.optional() });
export const handler = useCaseHandler(Event, admit, { sources });
