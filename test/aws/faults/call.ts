/** Which call of which service a request is, read from the request itself: it is what a role would be asked for. */
import type { IncomingHttpHeaders } from 'node:http';

/** How the service frames errors; https://smithy.io/2.0/aws/protocols/ */
export type Protocol = 'json' | 'cbor' | 'query' | 'ec2' | 'rest-json' | 's3';

export interface Call {
  /** As in IAM: `dynamodb`, `elasticloadbalancing`, `s3`, ... */
  readonly service: string;
  /** The operation's name, `PutItem`; for a REST request that is not known here, its method and path. */
  readonly action: string;
  /** What it is about, as far as the request says: a table, function, bucket and key, ARN, name. '' when it does not say. */
  readonly resource: string;
  /** The function that made it: what the client was made with as its application id, '' without one. */
  readonly function: string;
  /** The access key that it was signed with: it says as whom. */
  readonly accessKey: string;
  /** What the request says, by name: of JSON, or of a form. Empty where only its path says something. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly protocol: Protocol;
}

export interface Request {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** REST requests have no name in them. Method, path, and a query parameter that must be there. */
type Rest = readonly [method: string, path: RegExp, action: string, query?: string];

const LAMBDA: readonly Rest[] = [
  ['POST', /^\/[\d-]+\/functions\/([^/]+)\/invocations$/, 'Invoke'],
  ['POST', /^\/[\d-]+\/functions\/?$/, 'CreateFunction'],
  ['GET', /^\/[\d-]+\/functions\/?$/, 'ListFunctions'],
  ['GET', /^\/[\d-]+\/functions\/([^/]+)$/, 'GetFunction'],
  ['DELETE', /^\/[\d-]+\/functions\/([^/]+)$/, 'DeleteFunction'],
  ['GET', /^\/[\d-]+\/functions\/([^/]+)\/configuration$/, 'GetFunctionConfiguration'],
  ['PUT', /^\/[\d-]+\/functions\/([^/]+)\/configuration$/, 'UpdateFunctionConfiguration'],
  ['PUT', /^\/[\d-]+\/functions\/([^/]+)\/code$/, 'UpdateFunctionCode'],
  ['POST', /^\/[\d-]+\/functions\/([^/]+)\/versions$/, 'PublishVersion'],
  ['GET', /^\/[\d-]+\/functions\/([^/]+)\/versions$/, 'ListVersionsByFunction'],
  ['POST', /^\/[\d-]+\/functions\/([^/]+)\/aliases$/, 'CreateAlias'],
  ['GET', /^\/[\d-]+\/functions\/([^/]+)\/aliases$/, 'ListAliases'],
  ['GET', /^\/[\d-]+\/functions\/([^/]+\/aliases\/[^/]+)$/, 'GetAlias'],
  ['PUT', /^\/[\d-]+\/functions\/([^/]+\/aliases\/[^/]+)$/, 'UpdateAlias'],
  ['DELETE', /^\/[\d-]+\/functions\/([^/]+\/aliases\/[^/]+)$/, 'DeleteAlias'],
  ['PUT', /^\/[\d-]+\/functions\/([^/]+)\/provisioned-concurrency$/, 'PutProvisionedConcurrencyConfig'],
  ['GET', /^\/[\d-]+\/functions\/([^/]+)\/provisioned-concurrency$/, 'ListProvisionedConcurrencyConfigs', 'List'],
  ['GET', /^\/[\d-]+\/functions\/([^/]+)\/provisioned-concurrency$/, 'GetProvisionedConcurrencyConfig'],
  ['DELETE', /^\/[\d-]+\/functions\/([^/]+)\/provisioned-concurrency$/, 'DeleteProvisionedConcurrencyConfig'],
  ['PUT', /^\/[\d-]+\/functions\/([^/]+)\/concurrency$/, 'PutFunctionConcurrency'],
  ['GET', /^\/[\d-]+\/functions\/([^/]+)\/concurrency$/, 'GetFunctionConcurrency'],
  ['DELETE', /^\/[\d-]+\/functions\/([^/]+)\/concurrency$/, 'DeleteFunctionConcurrency'],
  ['POST', /^\/[\d-]+\/functions\/([^/]+)\/policy$/, 'AddPermission'],
  ['GET', /^\/[\d-]+\/functions\/([^/]+)\/policy$/, 'GetPolicy'],
  ['POST', /^\/[\d-]+\/event-source-mappings\/?$/, 'CreateEventSourceMapping'],
  ['GET', /^\/[\d-]+\/event-source-mappings\/?$/, 'ListEventSourceMappings'],
  ['GET', /^\/[\d-]+\/event-source-mappings\/([^/]+)$/, 'GetEventSourceMapping'],
  ['PUT', /^\/[\d-]+\/event-source-mappings\/([^/]+)$/, 'UpdateEventSourceMapping'],
  ['DELETE', /^\/[\d-]+\/event-source-mappings\/([^/]+)$/, 'DeleteEventSourceMapping'],
  ['POST', /^\/[\d-]+\/tags\/(.+)$/, 'TagResource'],
  ['GET', /^\/[\d-]+\/tags\/(.+)$/, 'ListTags'],
  ['GET', /^\/[\d-]+\/account-settings\/?$/, 'GetAccountSettings'],
];

/** Buckets are in the path: clients of tests force it. */
const S3: readonly Rest[] = [
  ['PUT', /^\/([^/]+)\/?$/, 'CreateBucket'],
  ['GET', /^\/([^/]+)\/?$/, 'ListObjectsV2', 'list-type'],
  ['HEAD', /^\/([^/]+)\/?$/, 'HeadBucket'],
  ['POST', /^\/([^/]+\/.+)$/, 'CreateMultipartUpload', 'uploads'],
  ['POST', /^\/([^/]+\/.+)$/, 'CompleteMultipartUpload', 'uploadId'],
  ['PUT', /^\/([^/]+\/.+)$/, 'UploadPart', 'uploadId'],
  ['DELETE', /^\/([^/]+\/.+)$/, 'AbortMultipartUpload', 'uploadId'],
  ['PUT', /^\/([^/]+\/.+)$/, 'PutObject'],
  ['GET', /^\/([^/]+\/.+)$/, 'GetObject'],
  ['HEAD', /^\/([^/]+\/.+)$/, 'HeadObject'],
  ['DELETE', /^\/([^/]+\/.+)$/, 'DeleteObject'],
];

/** Names differ from the signature's where IAM has another prefix. */
const IAM_PREFIXES: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' };

/** Fields that say what a request is about, the first one that is there. */
const RESOURCE_FIELDS = [
  'TableName', 'FunctionName', 'stateMachineArn', 'executionArn', 'SecretId', 'Name', 'Names', 'projectName', 'TopicArn', 'EventBusName', 'logGroupName', 'logGroupIdentifiers',
  'cluster', 'service', 'taskDefinition', 'TargetGroupArn', 'TargetGroupArns.member.1', 'ListenerArn', 'RuleArn', 'RuleArns.member.1', 'AutoScalingGroupName', 'AutoScalingGroupNames.member.1',
  'LaunchTemplateName', 'LaunchTemplateId', 'InstanceId', 'InstanceId.1', 'RoleArn', 'Namespace',
];

export function callOf(request: Request): Call {
  const { method, url, headers, body } = request;
  const [, accessKey = '', scope = 'unknown'] = /Credential=([^/]+)\/\d+\/[^/]+\/([^/]+)\/aws4_request/.exec(headers.authorization ?? '') ?? [];
  const service = IAM_PREFIXES[scope] ?? scope;
  const from = { service, accessKey, function: /\bapp\/([^\s]+)/.exec(headers['user-agent'] ?? '')?.[1] ?? '' };
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return about({ ...from, protocol: 'json', action: target.split('.').at(-1) ?? target }, parsed(body));
  const { pathname, searchParams } = new URL(url, 'http://emulator');
  const cbor = /^\/service\/[^/]+\/operation\/([^/]+)$/.exec(pathname)?.[1];
  if (cbor !== undefined) return about({ ...from, protocol: 'cbor', action: cbor }, {});
  const form = (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded') ? new URLSearchParams(body.toString('utf8')) : searchParams;
  const action = form.get('Action');
  if (action !== null && service !== 's3') return about({ ...from, protocol: service === 'ec2' ? 'ec2' : 'query', action }, Object.fromEntries(form));
  return { ...from, fields: service === 's3' ? {} : parsed(body), protocol: service === 's3' ? 's3' : 'rest-json', ...restCall(service, method, pathname, searchParams) };
}

const about = (call: Omit<Call, 'fields' | 'resource'>, fields: Call['fields']): Call => ({ ...call, fields, resource: resourceIn(fields) });

function restCall(service: string, method: string, pathname: string, query: URLSearchParams): Pick<Call, 'action' | 'resource'> {
  const rules = service === 's3' ? S3 : service === 'lambda' ? LAMBDA : [];
  for (const [wanted, path, action, parameter] of rules) {
    const found = method === wanted ? path.exec(pathname) : null;
    if (found !== null && (parameter === undefined || query.has(parameter))) return { action, resource: decodeURIComponent(found[1] ?? '') };
  }
  return { action: `${method} ${pathname}`, resource: '' };
}

function parsed(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function resourceIn(fields: Readonly<Record<string, unknown>>): string {
  for (const field of RESOURCE_FIELDS) {
    const value = fields[field];
    if (typeof value === 'string' && value !== '') return value;
    if (Array.isArray(value) && typeof value[0] === 'string') return value[0];
  }
  // A transaction or batch names its table inside.
  return /"TableName":"([^"]+)"/.exec(JSON.stringify(fields))?.[1] ?? '';
}
