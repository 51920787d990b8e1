/** The `process` target: real processes on this machine. */
import { TargetRequest } from '../../src/contracts/target.ts';
import { targetHandler } from '../../src/main/handler.ts';

export const Event = TargetRequest;
export const handler = targetHandler('process');
