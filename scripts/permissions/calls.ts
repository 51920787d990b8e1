/** Recorded calls of functions against what their roles allow: what is missing, and what no run used. test/aws/calls.md has the format. */
import * as z from 'zod';
import type { Grant } from './grants.ts';

/** A line of a recording; other fields are left alone. */
export const RecordedCall = z.object({ service: z.string(), action: z.string(), resource: z.string(), function: z.string() });
export type RecordedCall = z.infer<typeof RecordedCall>;

/** Operations whose permission has another name; one that stands for several parts needs each part that it has. */
const OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  'lambda:Invoke': ['lambda:InvokeFunction'],
  // Which kinds of writes a transaction had is not recorded: it has at least a put, a delete or a check.
  'dynamodb:TransactWriteItems': ['dynamodb:PutItem', 'dynamodb:DeleteItem', 'dynamodb:ConditionCheckItem'],
  's3:HeadObject': ['s3:GetObject'], 's3:ListObjectsV2': ['s3:ListBucket'], 's3:HeadBucket': ['s3:ListBucket'],
  's3:CreateMultipartUpload': ['s3:PutObject'], 's3:UploadPart': ['s3:PutObject'], 's3:CompleteMultipartUpload': ['s3:PutObject'],
};
export const actionsOf = ({ service, action }: Pick<RecordedCall, 'service' | 'action'>): readonly string[] => OPERATIONS[`${service}:${action}`] ?? [`${service}:${action}`];

/** Whether a name or ARN of the call may be what a pattern of a role means: the last parts are compared, `*` and `?` as in policies. */
export function isOn(resource: string, pattern: string): boolean {
  if (pattern === '*' || resource === '') return true;
  const last = (text: string): string => text.replace(/^.*?(?:table\/|function:|stateMachine:|execution:|secret:|project\/|role\/|parameter\/?|s3:)/, '').replace(/^arn:.*:/, '');
  const expression = last(pattern).replaceAll(/[.+^$()|[\]\\{}]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${expression}$`).test(last(resource));
}

export interface Judged {
  /** Sentences: a call that the role of its function does not allow. */
  readonly refused: readonly string[];
  /** Function -> actions that its role allows and no call used, without those that are justified. */
  readonly unused: Readonly<Record<string, readonly string[]>>;
}

/**
 * @param own names of resources that a role's patterns are compared with; others (a test's own tables and buckets) count by action only
 * @param justified actions -> why they are allowed though no run uses them
 */
export function judgeCalls(calls: readonly RecordedCall[], roles: Readonly<Record<string, readonly Grant[]>>, justified: Readonly<Record<string, string>>, own: (resource: string) => boolean = (resource) => resource.includes('slipway')): Judged {
  const refused = new Set<string>();
  const used = new Map<string, Set<string>>();
  for (const call of calls.filter((one) => one.function !== '')) {
    const grants = roles[call.function];
    if (grants === undefined) {
      refused.add(`${call.function} is no function of the template, and called ${call.service}:${call.action}`);
      continue;
    }
    const actions = actionsOf(call);
    const allowed = actions.filter((action) => grants.some((grant) => grant.action === action && (!own(call.resource) || grant.resources.some((pattern) => isOn(call.resource, pattern)))));
    if (allowed.length === 0) refused.add(`${call.function} may not ${actions.join(' or ')}${call.resource === '' ? '' : ` on ${call.resource}`}`);
    used.set(call.function, new Set([...(used.get(call.function) ?? []), ...allowed]));
  }
  const unused = [...used].map(([name, actions]) => [name, [...new Set((roles[name] ?? []).map(({ action }) => action))].filter((action) => !actions.has(action) && !Object.hasOwn(justified, action)).sort()] as const);
  return { refused: [...refused].sort(), unused: Object.fromEntries(unused.filter(([, actions]) => actions.length > 0)) };
}
