/** Events of EventBridge: what the rules of infrastructure/events.yml let through. Only the fields that are read. */
import * as z from 'zod';

/** https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html */
const envelope = { id: z.string(), account: z.string(), region: z.string(), resources: z.array(z.string()).default([]) };

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html */
const EcsTask = z.object({ ...envelope, source: z.literal('aws.ecs'), 'detail-type': z.literal('ECS Task State Change'), detail: z.object({ group: z.string().default(''), lastStatus: z.string() }) });
/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html */
const EcsService = z.object({ ...envelope, source: z.literal('aws.ecs'), 'detail-type': z.enum(['ECS Service Action', 'ECS Deployment State Change']), detail: z.object({ eventName: z.string() }) });
/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html */
const AutoScaling = z.object({
  ...envelope, source: z.literal('aws.autoscaling'),
  'detail-type': z.enum(['EC2 Instance Launch Successful', 'EC2 Instance Launch Unsuccessful', 'EC2 Instance Terminate Successful', 'EC2 Instance Terminate Unsuccessful']), detail: z.object({ AutoScalingGroupName: z.string() }),
});
/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html */
const Ec2Instance = z.object({ ...envelope, source: z.literal('aws.ec2'), 'detail-type': z.literal('EC2 Instance State-change Notification'), detail: z.object({ 'instance-id': z.string(), state: z.string() }) });
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html */
const Alarm = z.object({ ...envelope, source: z.literal('aws.cloudwatch'), 'detail-type': z.literal('CloudWatch Alarm State Change'), detail: z.object({ alarmName: z.string(), state: z.object({ value: z.string() }) }) });
/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html */
const Call = z.object({
  ...envelope, source: z.enum(['aws.lambda', 'aws.elasticloadbalancing']), 'detail-type': z.literal('AWS API Call via CloudTrail'),
  detail: z.object({
    eventName: z.string(), errorCode: z.string().optional(), userIdentity: z.object({ arn: z.string().default('') }).default({ arn: '' }),
    requestParameters: z.object({ functionName: z.string().optional(), listenerArn: z.string().optional(), ruleArn: z.string().optional() }).nullable().default(null),
  }),
});

export const PlatformEvent = z.discriminatedUnion('detail-type', [EcsTask, EcsService, AutoScaling, Ec2Instance, Alarm, Call]);
export type PlatformEvent = z.infer<typeof PlatformEvent>;
