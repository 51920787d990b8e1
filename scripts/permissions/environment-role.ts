/** accounts/environment-role.yml: what Slipway may do in an environment, as the role that changes and as the one that only reads. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, type CollectionTag, type ScalarTag, type YAMLSeq } from 'yaml';
import type { Template } from './statements.ts';

const scalar = (name: string, resolve: (text: string) => unknown): ScalarTag => ({ tag: name, resolve });
const sequence = (name: string): CollectionTag => ({ tag: `!${name}`, collection: 'seq', resolve: (node) => ({ [`Fn::${name}`]: (node as YAMLSeq).toJSON() as unknown }) });
const TAGS = [
  scalar('!Ref', (text) => ({ Ref: text })), scalar('!Sub', (text) => ({ 'Fn::Sub': text })), scalar('!GetAtt', (text) => ({ 'Fn::GetAtt': text.split('.') })), scalar('!Condition', (text) => ({ Condition: text })),
  ...['If', 'Equals', 'Not', 'Or'].map(sequence),
];

export const environmentRole = (): Template => parse(readFileSync(join(import.meta.dirname, '../../accounts/environment-role.yml'), 'utf8'), { customTags: TAGS }) as Template;

/** Who uses which of its roles, as the pages and the check name them. */
export const ENVIRONMENT_ROLES = { Role: 'slipway-<environment>', Reader: 'slipway-<environment>-reader' } as const;
export type EnvironmentRole = keyof typeof ENVIRONMENT_ROLES;
