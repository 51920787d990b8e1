/** What the target `lambda` does in an environment. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html */
import type { Ask } from '../../../../scripts/permissions/decide.ts';
import { arn, arnOr, ask, type Asks, EVERYTHING, text } from './arns.ts';

const PASSED = { 'iam:PassedToService': 'lambda.amazonaws.com' };

/** With the version or alias that the call is about, where it says one. */
const functionOf: (name: string, url?: string) => string = (name, url = '') => {
  const [bare = '', , alias] = name.split('/');
  const qualifier = alias ?? new URL(url, 'http://emulator').searchParams.get('Qualifier');
  // Aliases are changed by the right on their function.
  return `${arnOr(bare, arn('lambda', `function:${bare}`))}${qualifier === null || alias !== undefined ? '' : `:${qualifier}`}`;
};

const onFunction: Asks = ({ action, resource }, { url }) => [ask(`lambda:${action}`, functionOf(resource, url))];

const given = (value: unknown): boolean => typeof value === 'string' && value !== '';
const passed = (role: unknown): readonly Ask[] => (given(role) ? [ask('iam:PassRole', String(role), PASSED)] : []);
const layers = (names: unknown): readonly Ask[] => (Array.isArray(names) ? names.map((name) => ask('lambda:GetLayerVersion', String(name))) : []);
const tagged = (resource: string, tags: unknown): readonly Ask[] => (typeof tags === 'object' && tags !== null && Object.keys(tags).length > 0 ? [ask('lambda:TagResource', resource)] : []);

const created: Asks = (call) => {
  const made = functionOf(text(call, 'FunctionName'));
  return [ask('lambda:CreateFunction', made), ...passed(call.fields['Role']), ...layers(call.fields['Layers']), ...tagged(made, call.fields['Tags'])];
};
const configured: Asks = (call, { url }) => [ask('lambda:UpdateFunctionConfiguration', functionOf(call.resource, url)), ...passed(call.fields['Role']), ...layers(call.fields['Layers'])];

const mapping = (id: string): string => arn('lambda', `event-source-mapping:${id}`);
/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html#permissions-resources-mappings */
const mapped: Asks = (call) => [ask('lambda:CreateEventSourceMapping', mapping('*'), { 'lambda:FunctionArn': functionOf(text(call, 'FunctionName')) })];
const remapped: Asks = (call, _request, { mappings }) => {
  const whose = mappings.get(call.resource);
  return [ask(`lambda:${call.action}`, mapping(call.resource), whose === undefined ? {} : { 'lambda:FunctionArn': whose })];
};

const ON_FUNCTION = [
  'GetFunction', 'ListAliases', 'ListVersionsByFunction', 'ListProvisionedConcurrencyConfigs', 'UpdateFunctionCode', 'PublishVersion', 'GetAlias', 'CreateAlias', 'UpdateAlias', 'DeleteAlias', 'DeleteFunction',
  'PutProvisionedConcurrencyConfig', 'DeleteProvisionedConcurrencyConfig', 'PutFunctionConcurrency', 'DeleteFunctionConcurrency',
];

export const FUNCTION_ASKS: Readonly<Record<string, Asks>> = {
  ...Object.fromEntries(ON_FUNCTION.map((action) => [`lambda:${action}`, onFunction])),
  'lambda:CreateFunction': created, 'lambda:UpdateFunctionConfiguration': configured,
  'lambda:CreateEventSourceMapping': mapped, 'lambda:UpdateEventSourceMapping': remapped, 'lambda:DeleteEventSourceMapping': remapped,
  'lambda:ListEventSourceMappings': () => [ask('lambda:ListEventSourceMappings', EVERYTHING)], 'lambda:GetAccountSettings': () => [ask('lambda:GetAccountSettings', EVERYTHING)],
};
