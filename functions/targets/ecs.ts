/** The `ecs` target: containers on ECS behind an Application Load Balancer. */
import { target } from '#targets/ecs';
import { TargetRequest } from '../../src/contracts/target.ts';
import { targetHandler } from '../../src/main/target-handler.ts';

export const Event = TargetRequest;
export const handler = targetHandler('ecs', target);
