/** What state machines hand to functions, besides ids. */
import * as z from 'zod';

/** A task token of Step Functions: at most 2048 characters. https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html */
export const TaskToken = z.string().min(1).max(2048);
/** The position of a batch in its stage, from 0. */
export const Batch = z.int().min(0).max(1000);
