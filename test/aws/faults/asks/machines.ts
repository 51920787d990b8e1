/** What the target `ec2` does in an environment, and what both targets behind a load balancer do there. */
import type { Ask } from '../../../../scripts/permissions/decide.ts';
import { ACCOUNT, REGION } from '../../emulator.ts';
import type { Call } from '../call.ts';
import { arn, ask, type Asks, EVERYTHING, members, type Memory, text } from './arns.ts';

const anywhere: Asks = ({ service, action }) => [ask(`${service}:${action}`, EVERYTHING)];
const tagged = ({ fields }: Call, field: string): boolean => Object.keys(fields).some((name) => name.startsWith(`${field}.member.1.`));

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html */
const groupMade: Asks = (call) => {
  const made = arn('elasticloadbalancing', `targetgroup/${text(call, 'Name')}/0123456789abcdef`);
  return [ask('elasticloadbalancing:CreateTargetGroup', made), ...(tagged(call, 'Tags') ? [ask('elasticloadbalancing:AddTags', made, { 'elasticloadbalancing:CreateAction': 'CreateTargetGroup' })] : [])];
};
const ruleMade: Asks = (call) => {
  const listener = text(call, 'ListenerArn');
  const made = `${listener.replace(':listener/', ':listener-rule/')}/0123456789abcdef`;
  return [ask('elasticloadbalancing:CreateRule', listener), ...(tagged(call, 'Tags') ? [ask('elasticloadbalancing:AddTags', made, { 'elasticloadbalancing:CreateAction': 'CreateRule' })] : [])];
};
const onField = (field: string): Asks => (call) => [ask(`${call.service}:${call.action}`, text(call, field))];
const tags: Asks = (call) => members(call, 'ResourceArns.member').map((resource) => ask('elasticloadbalancing:AddTags', resource));

const group = (name: string): string => arn('autoscaling', `autoScalingGroup:01234567-89ab-cdef-0123-456789abcdef:autoScalingGroupName/${name}`);
const onGroup: Asks = (call, _request, memory) => [ask(`autoscaling:${call.action}`, group(text(call, 'AutoScalingGroupName'))), ...started(call, memory)];
const groupCreated: Asks = (call, _request, memory) => {
  const made = group(text(call, 'AutoScalingGroupName'));
  return [ask('autoscaling:CreateAutoScalingGroup', made), ...(tagged(call, 'Tags') ? [ask('autoscaling:CreateOrUpdateTags', made)] : []), ...started(call, memory)];
};

/**
 * Whoever gives a launch template to Auto Scaling must be allowed to start what it says, with its tags and its profile's role:
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html
 */
function started(call: Call, { templates }: Memory): readonly Ask[] {
  const id = text(call, 'LaunchTemplate.LaunchTemplateId');
  if (id === '') return [];
  const from = { 'ec2:LaunchTemplate': arn('ec2', `launch-template/${id}`) };
  const profile = templates.get(id)?.profile ?? '';
  return [
    ...['instance/new', 'volume/new', 'network-interface/new', 'subnet/one', 'security-group/one', `launch-template/${id}`].map((what) => ask('ec2:RunInstances', arn('ec2', what), from)),
    ask('ec2:RunInstances', `arn:aws:ec2:${REGION}::image/ami-one`, from), ask('ec2:CreateTags', arn('ec2', 'instance/new'), { 'ec2:CreateAction': 'RunInstances' }),
    // A profile has the name of its role, as where the console makes one.
    ...(profile === '' ? [] : [ask('iam:PassRole', `arn:aws:iam::${ACCOUNT}:role/${profile.slice(profile.lastIndexOf('/') + 1)}`, { 'iam:PassedToService': 'ec2.amazonaws.com' })]),
  ];
}

export function tagsOf(call: Pick<Call, 'fields'>, prefix: string): Readonly<Record<string, string>> {
  const keys = Object.keys(call.fields).filter((field) => field.startsWith(`${prefix}.Tag.`) && field.endsWith('.Key'));
  return Object.fromEntries(keys.map((field) => [text(call, field), text(call, field.replace(/Key$/, 'Value'))]));
}

const named = (kind: 'aws:RequestTag' | 'aws:ResourceTag', given: Readonly<Record<string, string>>): Ask['context'] => Object.fromEntries(Object.entries(given).map(([key, value]) => [`${kind}/${key}`, value]));

const templateMade: Asks = (call) => {
  const context = named('aws:RequestTag', tagsOf(call, 'TagSpecification.1'));
  return [ask('ec2:CreateLaunchTemplate', arn('ec2', 'launch-template/new'), context), ask('ec2:CreateTags', arn('ec2', 'launch-template/new'), { ...context, 'ec2:CreateAction': 'CreateLaunchTemplate' })];
};
const onTemplate: Asks = (call, _request, { templates }) => {
  const name = text(call, 'LaunchTemplateName') || text(call, 'LaunchTemplateId');
  return [ask(`ec2:${call.action}`, arn('ec2', `launch-template/${name}`), named('aws:ResourceTag', templates.get(name)?.tags ?? {}))];
};

const DESCRIBED = ['DescribeRules', 'DescribeTags', 'DescribeTargetGroups', 'DescribeTargetHealth', 'DescribeListeners', 'DescribeLoadBalancers'];

export const MACHINE_ASKS: Readonly<Record<string, Asks>> = {
  ...Object.fromEntries(DESCRIBED.map((action) => [`elasticloadbalancing:${action}`, anywhere])),
  'elasticloadbalancing:CreateTargetGroup': groupMade, 'elasticloadbalancing:ModifyTargetGroupAttributes': onField('TargetGroupArn'), 'elasticloadbalancing:DeleteTargetGroup': onField('TargetGroupArn'),
  'elasticloadbalancing:CreateRule': ruleMade, 'elasticloadbalancing:ModifyRule': onField('RuleArn'), 'elasticloadbalancing:DeleteRule': onField('RuleArn'), 'elasticloadbalancing:AddTags': tags,
  'autoscaling:DescribeAutoScalingGroups': anywhere, 'autoscaling:DescribeScalingActivities': anywhere, 'autoscaling:CreateAutoScalingGroup': groupCreated, 'autoscaling:UpdateAutoScalingGroup': onGroup,
  'autoscaling:DeleteAutoScalingGroup': onGroup, 'autoscaling:SuspendProcesses': onGroup,
  // The call names an instance, and not its group.
  'autoscaling:SetInstanceHealth': () => [ask('autoscaling:SetInstanceHealth', '')],
  'ec2:DescribeInstances': anywhere, 'ec2:DescribeLaunchTemplates': anywhere, 'ec2:DescribeLaunchTemplateVersions': anywhere, 'ec2:CreateLaunchTemplate': templateMade, 'ec2:CreateLaunchTemplateVersion': onTemplate, 'ec2:DeleteLaunchTemplate': onTemplate,
};
