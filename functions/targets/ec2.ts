/** The `ec2` target: virtual machines in Auto Scaling groups behind an Application Load Balancer. */
import { target } from '#targets/ec2';
import { TargetRequest } from '../../src/contracts/target.ts';
import { targetHandler } from '../../src/main/target-handler.ts';

export const Event = TargetRequest;
export const handler = targetHandler('ec2', target);
