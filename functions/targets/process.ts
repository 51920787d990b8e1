/** The `process` target: real processes on this machine. */
import { target } from '#targets/process';
import { TargetRequest } from '../../src/contracts/target.ts';
import { targetHandler } from '../../src/main/target-handler.ts';

export const Event = TargetRequest;
export const handler = targetHandler('process', target);
