/** What the target `ecs` does in an environment. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html */
import type { Call } from '../call.ts';
import { arn, arnOr, ask, type Asks, EVERYTHING, text } from './arns.ts';

const nameOf = (given: string): string => given.slice(given.lastIndexOf('/') + 1);
const cluster = (call: Call): string => nameOf(text(call, 'cluster'));
const inCluster = (call: Call) => ({ 'ecs:cluster': arn('ecs', `cluster/${cluster(call)}`) });
const names = (call: Call, field: string): readonly string[] => (Array.isArray(call.fields[field]) ? (call.fields[field] as readonly string[]) : [text(call, field)]).filter((name) => name !== '');

const onParts = (kind: 'service' | 'task', field: string): Asks => (call) => names(call, field).map((name) => ask(`ecs:${call.action}`, arn('ecs', `${kind}/${cluster(call)}/${nameOf(name)}`), inCluster(call)));
const tagged = (call: Call): boolean => Array.isArray(call.fields['tags']) && call.fields['tags'].length > 0;

const created: Asks = (call) => {
  const made = arn('ecs', `service/${cluster(call)}/${text(call, 'serviceName')}`);
  return [ask('ecs:CreateService', made, inCluster(call)), ...(tagged(call) ? [ask('ecs:TagResource', made, { 'ecs:CreateAction': 'CreateService' })] : [])];
};
const registered: Asks = (call) => {
  const made = arn('ecs', `task-definition/${text(call, 'family')}:1`);
  const roles = ['executionRoleArn', 'taskRoleArn'].map((field) => text(call, field)).filter((role) => role !== '');
  return [
    ask('ecs:RegisterTaskDefinition', made), ...roles.map((role) => ask('iam:PassRole', arnOr(role, role), { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' })),
    ...(tagged(call) ? [ask('ecs:TagResource', made, { 'ecs:CreateAction': 'RegisterTaskDefinition' })] : []),
  ];
};
const listed: Asks = (call) => [ask(`ecs:${call.action}`, EVERYTHING, inCluster(call))];
const anywhere: Asks = (call) => [ask(`ecs:${call.action}`, EVERYTHING)];

export const CONTAINER_ASKS: Readonly<Record<string, Asks>> = {
  'ecs:DescribeServices': onParts('service', 'services'), 'ecs:UpdateService': onParts('service', 'service'), 'ecs:DeleteService': onParts('service', 'service'), 'ecs:CreateService': created,
  'ecs:DescribeTasks': onParts('task', 'tasks'), 'ecs:StopTask': onParts('task', 'task'), 'ecs:RegisterTaskDefinition': registered, 'ecs:ListServices': listed, 'ecs:ListTasks': listed,
  'ecs:DescribeTaskDefinition': anywhere, 'ecs:ListTaskDefinitions': anywhere, 'ecs:DeregisterTaskDefinition': anywhere,
};
