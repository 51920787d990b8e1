/** Where a target finds a service's resources, and what it is told about them. */
import * as z from 'zod';

/** Whose resources, and as whom: for targets that reach into an account. Null: the target's own. */
export const Access = z.strictObject({
  account: z.string().regex(/^[0-9]{12}$/, 'an AWS account: twelve digits').nullable().default(null).meta({ description: 'The AWS account. Absent: the one that Slipway runs in.', examples: ['123456789012'] }),
  region: z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-[0-9]$/, 'an AWS region such as eu-central-1').nullable().default(null).meta({ description: 'The AWS region. Absent: the one that Slipway runs in.', examples: ['eu-central-1'] }),
  role: z.string().regex(/^arn:[a-z-]+:iam::[0-9]{12}:role\/[\w+=,.@/-]{1,512}$/, 'the ARN of a role').nullable().default(null).meta({ description: 'The role that targets assume for this environment. Absent: their own.', examples: ['arn:aws:iam::123456789012:role/slipway-production'] }),
  externalId: z.string().regex(/^[\w+=,.@:/-]{2,1224}$/, 'an external id: 2 to 1,224 letters, digits and + = , . @ : / - _').nullable().default(null).meta({ description: 'The external id that the role asks for.', examples: ['slipway-7f3a'] }),
});
export type Access = z.infer<typeof Access>;

/** Settings of one kind of target: it reads them with a schema of its own, so any JSON may stand here. */
export const Settings = z.record(z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,63}$/, 'a name of letters and digits, at most 64'), z.json());
export type Settings = z.infer<typeof Settings>;
