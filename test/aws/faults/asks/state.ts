/** The installation's own services: its table, machines, bucket, builds, secrets, topics and queues. */
import { REGION, ACCOUNT } from '../../emulator.ts';
import { arn, arnOr, ask, type Asks, called, EVERYTHING, type Memory, text } from './arns.ts';

const tableOf = (memory: Memory, name: string): string => arnOr(name, arn('dynamodb', `table/${called(memory, name)}`));

const oneTable: Asks = (call, _request, memory) => [ask(`dynamodb:${call.action}`, tableOf(memory, text(call, 'TableName')))];

const PARTS: Readonly<Record<string, string>> = { Put: 'PutItem', Delete: 'DeleteItem', ConditionCheck: 'ConditionCheckItem', Update: 'UpdateItem' };

/** Each part asks by itself: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html */
const transaction: Asks = ({ fields }, _request, memory) => {
  const items = (fields['TransactItems'] ?? []) as readonly Readonly<Record<string, { readonly TableName: string }>>[];
  return items.flatMap((item) => Object.entries(item).map(([part, { TableName }]) => ask(`dynamodb:${PARTS[part] ?? part}`, tableOf(memory, TableName))));
};

const machine: Asks = (call) => [ask(`states:${call.action}`, text(call, 'stateMachineArn'))];
const execution: Asks = (call) => [ask(`states:${call.action}`, text(call, 'executionArn'))];
/** A token does not say whose it is. */
const token: Asks = (call) => [ask(`states:${call.action}`, '')];

/** `bucket/key`; the bucket of a test is called as the installation's. */
function objectOf(memory: Memory, resource: string): string {
  const [bucket = '', ...key] = resource.split('/');
  return `arn:aws:s3:::${called(memory, bucket)}/${key.join('/')}`;
}
const bucketOf = (memory: Memory, resource: string): string => `arn:aws:s3:::${called(memory, resource.split('/')[0] ?? '')}`;

const written: Asks = ({ resource }, { headers }, memory) => {
  const source = headers['x-amz-copy-source'];
  const condition = headers['if-none-match'];
  const put = ask('s3:PutObject', objectOf(memory, resource), typeof condition === 'string' ? { 's3:if-none-match': condition } : {});
  return typeof source === 'string' ? [ask('s3:GetObject', objectOf(memory, decodeURIComponent(source).replace(/^\//, ''))), put] : [put];
};
const read: Asks = ({ resource }, _request, memory) => [ask('s3:GetObject', objectOf(memory, resource))];
const listed: Asks = ({ resource }, _request, memory) => [ask('s3:ListBucket', bucketOf(memory, resource))];

const runs: Asks = (call) => {
  const ids = [...((call.fields['ids'] ?? []) as readonly string[]), text(call, 'id')].filter((id) => id !== '');
  return [...new Set(ids.map((id) => id.replace(/:[^:]*$/, '').replace(/^.*\//, '')))].map((project) => ask(`codebuild:${call.action}`, arn('codebuild', `project/${project}`)));
};

/** The six characters that Secrets Manager puts behind a name: https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html */
const secret: Asks = (call, _request, memory) => [ask('secretsmanager:GetSecretValue', arnOr(text(call, 'SecretId'), arn('secretsmanager', `secret:${called(memory, text(call, 'SecretId'))}-a1B2c3`)))];
const parameter: Asks = (call, _request, memory) => [ask(`ssm:${call.action}`, arnOr(text(call, 'Name'), arn('ssm', `parameter/${called(memory, text(call, 'Name')).replace(/^\//, '')}`)))];
const topic: Asks = (call, _request, memory) => {
  const given = text(call, 'TopicArn');
  return [ask(`sns:${call.action}`, given.replace(/[^:]+$/, (name) => called(memory, name)))];
};
const queue: Asks = (call, _request, memory) => [ask(`sqs:${call.action}`, arn('sqs', called(memory, text(call, 'QueueUrl').split('/').at(-1) ?? '')))];
const bus: Asks = (call) => ((call.fields['Entries'] ?? []) as readonly { readonly EventBusName?: string }[]).map(({ EventBusName = 'default' }) => ask('events:PutEvents', arnOr(EventBusName, arn('events', `event-bus/${EventBusName}`))));

/** The stream is in the ARN also where the call names none. */
const log: Asks = (call) => [ask(`logs:${call.action}`, arn('logs', `log-group:${text(call, 'logGroupName')}:log-stream:`))];
const counts: Asks = (call) => [ask(`cloudwatch:${call.action}`, EVERYTHING)];
const assumed: Asks = (call) => [ask('sts:AssumeRole', text(call, 'RoleArn'), text(call, 'ExternalId') === '' ? {} : { 'sts:ExternalId': text(call, 'ExternalId') })];

export const STATE_ASKS: Readonly<Record<string, Asks>> = {
  'dynamodb:GetItem': oneTable, 'dynamodb:Query': oneTable, 'dynamodb:PutItem': oneTable, 'dynamodb:DeleteItem': oneTable, 'dynamodb:TransactWriteItems': transaction,
  'states:StartExecution': machine, 'states:DescribeExecution': execution, 'states:DescribeStateMachineForExecution': execution, 'states:GetExecutionHistory': execution, 'states:StopExecution': execution,
  'states:SendTaskSuccess': token, 'states:SendTaskFailure': token,
  's3:GetObject': read, 's3:HeadObject': read, 's3:PutObject': written, 's3:ListObjectsV2': listed, 's3:HeadBucket': listed,
  'codebuild:StartBuild': (call) => [ask('codebuild:StartBuild', arn('codebuild', `project/${text(call, 'projectName')}`))], 'codebuild:StopBuild': runs, 'codebuild:BatchGetBuilds': runs,
  'secretsmanager:GetSecretValue': secret, 'ssm:GetParameter': parameter, 'sns:Publish': topic, 'sqs:SendMessage': queue, 'events:PutEvents': bus,
  'logs:FilterLogEvents': log, 'cloudwatch:GetMetricData': counts, 'sts:AssumeRole': assumed,
  'lambda:Invoke': ({ resource }) => [ask('lambda:InvokeFunction', arnOr(resource, `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${resource}`))],
};
