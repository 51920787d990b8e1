/** The `lambda` target: functions whose versions shift together behind a weighted alias. */
import { target } from '#targets/lambda';
import { TargetRequest } from '../../src/contracts/target.ts';
import { targetHandler } from '../../src/main/target-handler.ts';

export const Event = TargetRequest;
export const handler = targetHandler('lambda', target);
