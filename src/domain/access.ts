/** Where a target finds a service's resources, and what it is told about them. */
import * as z from 'zod';
import { InvalidInput } from './errors.ts';

const ROLE = /^arn:[a-z-]+:iam::[0-9]{12}:role\/[\w+=,.@/-]{1,512}$/;

/** Whose resources, and as whom: for targets that reach into an account. Null: the target's own. */
export const Access = z.strictObject({
  account: z.string().regex(/^[0-9]{12}$/, 'an AWS account: twelve digits').nullable().default(null).meta({ description: 'The AWS account. Absent: the one that Slipway runs in.', examples: ['123456789012'] }),
  region: z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-[0-9]$/, 'an AWS region such as eu-central-1').nullable().default(null).meta({ description: 'The AWS region. Absent: the one that Slipway runs in.', examples: ['eu-central-1'] }),
  role: z.string().regex(ROLE, 'the ARN of a role').nullable().default(null).meta({ description: 'The role that targets assume for this environment. Absent: their own.', examples: ['arn:aws:iam::123456789012:role/slipway-production'] }),
  externalId: z.string().regex(/^[\w+=,.@:/-]{2,1224}$/, 'an external id: 2 to 1,224 letters, digits and + = , . @ : / - _').nullable().default(null).meta({ description: 'The external id that the role asks for.', examples: ['slipway-7f3a'] }),
});
export type Access = z.infer<typeof Access>;

export interface AssumedRole {
  readonly role: string;
  readonly externalId: string | null;
}

/** The role to assume; null: the caller's own. @throws InvalidInput for an access that contradicts itself */
export function roleOf(access: Access | null): AssumedRole | null {
  if (access === null || access.role === null) {
    if (access !== null && access.externalId !== null) throw new InvalidInput('The environment has an externalId and no role to assume with it. Add aws.role to it in environments.yaml, or take aws.externalId away.');
    return null;
  }
  const { role, externalId, account } = access;
  if (!ROLE.test(role)) throw new InvalidInput(`"${role}" is no ARN of a role. Correct aws.role of the environment: arn:aws:iam::<account>:role/<name>.`, { role });
  const owner = role.split(':')[4] ?? '';
  if (account !== null && account !== owner) throw new InvalidInput(`The environment is in account ${account}, and its role ${role} in ${owner}. Make aws.account and aws.role of environments.yaml agree.`, { account, role });
  return { role, externalId };
}

/** What the role that only reads is called, after the role that it stands beside: the judge and the API need to change nothing. */
const READER = '-reader';

/** As whom counts and output are read: the role beside the environment's that may do nothing else (accounts/environment-role.yml). */
export const readerOf = (access: Access | null): Access | null => (access === null || access.role === null ? access : { ...access, role: `${access.role}${READER}` });

/** Settings of one kind of target: it reads them with a schema of its own, so any JSON may stand here. */
export const Settings = z.record(z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,63}$/, 'a name of letters and digits, at most 64'), z.json());
export type Settings = z.infer<typeof Settings>;
