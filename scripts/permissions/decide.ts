/**
 * What IAM answers by the policies of a role, as far as these templates use its language:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
 */
import type { Statement } from './statements.ts';

/** One question that a service asks IAM for a call; a call may need several answers. */
export interface Ask {
  readonly action: string;
  /** Its ARN; `*` for an action that knows none, '' where the request does not say what it is about. */
  readonly resource: string;
  /** Keys of conditions, as the service gives them for this call. */
  readonly context: Readonly<Record<string, string>>;
}

export type Decision = 'allowed' | 'denied' | 'not allowed';

export function decide(statements: readonly Statement[], ask: Ask): Decision {
  const meant = statements.filter((statement) => applies(statement, ask));
  if (meant.some(({ effect }) => effect === 'Deny')) return 'denied';
  return meant.length > 0 ? 'allowed' : 'not allowed';
}

function applies({ effect, actions, resources, condition }: Statement, { action, resource, context }: Ask): boolean {
  if (!actions.some((pattern) => fits(pattern.toLowerCase(), action.toLowerCase(), context))) return false;
  // What is not known may be what is allowed, and is not taken for what is denied.
  if (resource === '' ? effect === 'Deny' && !resources.includes('*') : !resources.some((pattern) => fits(pattern, resource, context))) return false;
  return Object.entries(condition).every(([operator, keys]) => Object.entries(keys).every(([key, values]) => met(operator, values, context[key], context)));
}

function met(operator: string, values: readonly string[], given: string | undefined, context: Ask['context']): boolean {
  if (operator === 'Null') return values.includes(String(given === undefined));
  if (given === undefined) return false;
  switch (operator) {
    case 'StringEquals': case 'Bool': return values.some((value) => value === given);
    // The two are the same: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
    case 'ArnEquals': case 'ArnLike': case 'StringLike': return values.some((value) => fits(value, given, context));
    default: throw new Error(`The condition operator ${operator} is not known here. Teach scripts/permissions/decide.ts.`);
  }
}

/** `*` and `?`, and variables as `${codebuild:buildArn}`: one that has no value makes the pattern fit nothing. */
function fits(pattern: string, text: string, context: Ask['context']): boolean {
  let known = true;
  const expression = pattern.replaceAll(/\$\{([^}]+)\}|[\s\S]/g, (part, variable: string | undefined) => {
    if (variable === undefined) return part === '*' ? '[\\s\\S]*' : part === '?' ? '[\\s\\S]' : literal(part);
    const value = context[variable];
    if (value === undefined) known = false;
    return literal(value ?? '');
  });
  return known && new RegExp(`^${expression}$`).test(text);
}

const literal = (text: string): string => text.replaceAll(/[.+^$()|[\]\\{}*?]/g, '\\$&');
