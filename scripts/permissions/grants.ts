/** What each role of a template allows: actions and resources, in words that a person can read. */

interface Resource { readonly Type: string; readonly Properties?: Readonly<Record<string, unknown>> | undefined }
export type Resources = Readonly<Record<string, Resource>>;

/** Who a role is for. */
export interface Holder {
  readonly name: string;
  /** The role's name in the template. */
  readonly role: string;
}

export interface Grant {
  readonly action: string;
  readonly resources: readonly string[];
  /** What must hold, as JSON; '' when nothing must. */
  readonly condition: string;
}

interface Statement { readonly Effect: string; readonly Action: string | readonly string[]; readonly Resource: unknown; readonly Condition?: unknown }
interface Policy { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }

const list = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? (value as readonly T[]) : [value as T]);

/** @throws Error for a statement that this page could not show */
export function grantsOf(resources: Resources, role: string): Grant[] {
  const properties = resources[role]?.Properties;
  if (properties === undefined) throw new Error(`There is no role ${role} in the template.`);
  const attached = ((properties['ManagedPolicyArns'] ?? []) as { Ref?: string }[]).map(({ Ref }) => resources[Ref ?? '']?.Properties as Policy | undefined);
  if (attached.includes(undefined)) throw new Error(`${role} has a policy that is not in the template. Policies of AWS allow more than a function needs: write one in infrastructure/policies.yml.`);
  const statements = [...(attached as Policy[]), ...((properties['Policies'] ?? []) as Policy[])].flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  const grants = new Map<string, Grant>();
  for (const { Effect, Action, Resource, Condition } of statements) {
    if (Effect !== 'Allow') throw new Error(`${role} has a statement that is not Allow: ${Effect}`);
    const condition = Condition === undefined ? '' : JSON.stringify(readable(resources, Condition));
    for (const action of list(Action)) {
      const key = `${action} ${condition}`;
      const here = [...(grants.get(key)?.resources ?? []), ...list(Resource).map((one) => textOf(resources, one))];
      grants.set(key, { action, condition, resources: [...new Set(here)].sort() });
    }
  }
  return [...grants.values()].sort((a, b) => (`${a.action} ${a.condition}` < `${b.action} ${b.condition}` ? -1 : 1));
}

function readable(resources: Resources, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => readable(resources, one));
  if (typeof value !== 'object' || value === null) return value;
  if ('Ref' in value || 'Fn::Sub' in value || 'Fn::GetAtt' in value) return textOf(resources, value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, readable(resources, inner)]));
}

/** A resource without what is the same for all: partition, region and account. */
export function textOf(resources: Resources, value: unknown): string {
  if (typeof value === 'string') return short(value);
  const intrinsic = value as { Ref?: string; 'Fn::Sub'?: string; 'Fn::GetAtt'?: readonly string[] };
  if (intrinsic['Fn::Sub'] !== undefined) return short(intrinsic['Fn::Sub'].replaceAll(/\$\{(\w+)\.Arn\}/g, (_, name: string) => arnOf(resources, name)).replaceAll(/\$\{(\w+)\}/g, (_, name: string) => nameOf(resources, name)).replaceAll('${!', '${'));
  if (intrinsic['Fn::GetAtt']?.[1] === 'Arn') return short(arnOf(resources, intrinsic['Fn::GetAtt'][0] ?? ''));
  if (intrinsic.Ref !== undefined) return intrinsic.Ref.startsWith('AWS::') ? `<${intrinsic.Ref.slice('AWS::'.length)}>` : short(nameOf(resources, intrinsic.Ref));
  throw new Error(`This page cannot show ${JSON.stringify(value)}. Teach scripts/permissions/grants.ts.`);
}

const short = (arn: string): string => arn.replaceAll('${AWS::Partition}', 'aws').replaceAll('${AWS::Region}', '').replaceAll('${AWS::AccountId}', '').replace(/^arn:aws:([a-z0-9-]+):(\*?):(\*?):/, (_, service: string, region: string, account: string) => `${service}:${region === '*' || account === '*' ? `${region || '-'}/${account || '-'}:` : ''}`);

const NAMES: Readonly<Record<string, readonly [property: string, arn: string]>> = {
  'AWS::DynamoDB::Table': ['TableName', 'dynamodb:table/'], 'AWS::S3::Bucket': ['BucketName', 's3:'], 'AWS::SQS::Queue': ['QueueName', 'sqs:'], 'AWS::SNS::Topic': ['TopicName', 'sns:'],
  'AWS::CodeBuild::Project': ['Name', 'codebuild:project/'], 'AWS::StepFunctions::StateMachine': ['StateMachineName', 'states:stateMachine:'], 'AWS::Logs::LogGroup': ['LogGroupName', 'logs:log-group:'], 'AWS::IAM::Role': ['RoleName', 'iam:role/'],
};

/** The framework's functions are known by their logical name: `RunDashgateLambdaFunction` is `slipway-run-gate`. */
const functionName = (logical: string): string | undefined => (logical.endsWith('LambdaFunction') ? `slipway-${logical.charAt(0).toLowerCase()}${logical.slice(1, -'LambdaFunction'.length).replaceAll('Dash', '-')}` : undefined);

function nameOf(resources: Resources, logical: string): string {
  const found = resources[logical];
  const known = NAMES[found?.Type ?? ''];
  const name = known === undefined ? undefined : found?.Properties?.[known[0]];
  if (functionName(logical) !== undefined) return functionName(logical) ?? '';
  return name === undefined ? `<${logical}>` : typeof name === 'string' ? name : textOf(resources, name);
}

function arnOf(resources: Resources, logical: string): string {
  const name = functionName(logical);
  return name === undefined ? `${NAMES[resources[logical]?.Type ?? '']?.[1] ?? ''}${nameOf(resources, logical)}` : `lambda:function:${name}`;
}
