/** The policies of a template's roles as IAM has them once it is deployed: every name and ARN in full. */

interface Resource { readonly Type: string; readonly Properties?: Readonly<Record<string, unknown>> | undefined; readonly Condition?: string | undefined }

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Conditions?: Readonly<Record<string, unknown>> | undefined;
}

/** Where it is deployed, and with what. A parameter that is a list has its values separated by commas. */
export interface Deployed {
  readonly account: string;
  readonly region: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Operator -> key -> values, of which one must fit. */
  readonly condition: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** What a resource is called by, and the part of its ARN after `arn:aws:`. */
const ARNS: Readonly<Record<string, readonly [name: string, arn: (name: string, where: string) => string]>> = {
  'AWS::DynamoDB::Table': ['TableName', (name, where) => `dynamodb:${where}:table/${name}`], 'AWS::S3::Bucket': ['BucketName', (name) => `s3:::${name}`],
  'AWS::SQS::Queue': ['QueueName', (name, where) => `sqs:${where}:${name}`], 'AWS::SNS::Topic': ['TopicName', (name, where) => `sns:${where}:${name}`],
  'AWS::CodeBuild::Project': ['Name', (name, where) => `codebuild:${where}:project/${name}`], 'AWS::StepFunctions::StateMachine': ['StateMachineName', (name, where) => `states:${where}:stateMachine:${name}`],
  // With the streams in it: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html
  'AWS::Logs::LogGroup': ['LogGroupName', (name, where) => `logs:${where}:log-group:${name}:*`],
  'AWS::IAM::Role': ['RoleName', (name, where) => `iam::${where.split(':')[1] ?? ''}:role/${name}`], 'AWS::Lambda::Function': ['FunctionName', (name, where) => `lambda:${where}:function:${name}`],
};

const NOTHING = Symbol('AWS::NoValue');
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

/** Texts and lists of a template with everything in them filled in. @throws Error for what it cannot fill in */
function resolver(template: Template, { account, region, parameters }: Deployed) {
  const pseudo: Readonly<Record<string, string>> = { 'AWS::Partition': 'aws', 'AWS::Region': region, 'AWS::AccountId': account, 'AWS::URLSuffix': 'amazonaws.com' };
  const named = (logical: string): { readonly name: string; readonly arn: string } => {
    const found = template.Resources[logical];
    const [property, arn] = ARNS[found?.Type ?? ''] ?? [];
    if (property === undefined || arn === undefined) throw new Error(`${logical} (${found?.Type ?? 'not in the template'}) has no ARN that is known here. Teach scripts/permissions/statements.ts.`);
    const name = found?.Properties?.[property];
    if (name === undefined) throw new Error(`${logical} has no ${property} in the template, so its ARN is not known before it is deployed. Name it.`);
    const text = String(resolve(name));
    return { name: text, arn: `arn:aws:${arn(text, `${region}:${account}`)}` };
  };
  const reference = (name: string): unknown => {
    if (name === 'AWS::NoValue') return NOTHING;
    const given = pseudo[name] ?? parameters[name];
    if (given !== undefined) return given.includes(',') ? given.split(',') : given;
    return template.Resources[name]?.Type === 'AWS::SNS::Topic' ? named(name).arn : template.Resources[name]?.Type === 'AWS::IAM::ManagedPolicy' ? name : named(name).name;
  };
  const substituted = (text: string): string => text.replaceAll(/\$\{([^}]+)\}/g, (_, inner: string) => (inner.startsWith('!') ? `\${${inner.slice(1)}}` : inner.endsWith('.Arn') ? named(inner.slice(0, -'.Arn'.length)).arn : String(reference(inner))));
  const holds = (value: unknown): boolean => {
    const test = value as { 'Fn::Equals'?: readonly unknown[]; 'Fn::Not'?: readonly unknown[]; 'Fn::Or'?: readonly unknown[]; Condition?: string };
    if (test['Fn::Equals'] !== undefined) return String(resolve(test['Fn::Equals'][0])) === String(resolve(test['Fn::Equals'][1]));
    if (test['Fn::Not'] !== undefined) return !holds(test['Fn::Not'][0]);
    if (test['Fn::Or'] !== undefined) return test['Fn::Or'].some(holds);
    if (test.Condition !== undefined) return condition(test.Condition);
    throw new Error(`The condition ${JSON.stringify(value)} is not known here. Teach scripts/permissions/statements.ts.`);
  };
  const condition = (name: string): boolean => holds(template.Conditions?.[name]);
  function resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.flatMap((one) => { const found = resolve(one); return found === NOTHING ? [] : [found]; }).flat();
    if (typeof value !== 'object' || value === null) return value;
    const intrinsic = value as { Ref?: string; 'Fn::Sub'?: string; 'Fn::GetAtt'?: readonly string[]; 'Fn::If'?: readonly [string, unknown, unknown] };
    if (intrinsic.Ref !== undefined) return reference(intrinsic.Ref);
    if (intrinsic['Fn::Sub'] !== undefined) return substituted(intrinsic['Fn::Sub']);
    if (intrinsic['Fn::GetAtt']?.[1] === 'Arn') return named(intrinsic['Fn::GetAtt'][0] ?? '').arn;
    if (intrinsic['Fn::If'] !== undefined) return resolve(condition(intrinsic['Fn::If'][0]) ? intrinsic['Fn::If'][1] : intrinsic['Fn::If'][2]);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]));
  }
  return resolve;
}

interface WrittenStatement { readonly Effect: 'Allow' | 'Deny'; readonly Action: unknown; readonly Resource?: unknown; readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>> }

function statementOf({ Effect, Action, Resource, Condition = {} }: WrittenStatement): Statement {
  const condition = Object.fromEntries(Object.entries(Condition).map(([operator, keys]) => [operator, Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, list(values).map(String)]))]));
  return { effect: Effect, actions: list(Action).map(String), resources: list(Resource).map(String), condition };
}

const written = (document: unknown): readonly WrittenStatement[] => list((document as { Statement: unknown }).Statement) as readonly WrittenStatement[];

/** What a role may do. @throws Error for a role that is not there, or a policy of it that is elsewhere */
export function statementsOf(template: Template, role: string, deployed: Deployed): readonly Statement[] {
  const properties = template.Resources[role]?.Properties;
  if (properties === undefined) throw new Error(`There is no role ${role} in the template.`);
  const resolve = resolver(template, deployed);
  const attached = list(resolve(properties['ManagedPolicyArns'] ?? [])).map((name) => {
    const policy = template.Resources[String(name)]?.Properties?.['PolicyDocument'];
    if (policy === undefined) throw new Error(`${role} has the policy ${String(name)}, which is not in the template.`);
    return policy;
  });
  const own = ((properties['Policies'] ?? []) as readonly { readonly PolicyDocument: unknown }[]).map(({ PolicyDocument }) => PolicyDocument);
  return [...attached, ...own].flatMap((document) => written(resolve(document))).map(statementOf);
}

/** Who may assume a role, by its trust policy: what it says of principals is left out, as one account is all there is here. */
export const trustOf = (template: Template, role: string, deployed: Deployed): readonly Statement[] =>
  written(resolver(template, deployed)(template.Resources[role]?.Properties?.['AssumeRolePolicyDocument'])).map((statement) => statementOf({ ...statement, Resource: '*' }));
