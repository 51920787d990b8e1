/** ARNs of what a call is about, as services give them to IAM. */
import { ACCOUNT, REGION } from '../../emulator.ts';
import type { Ask } from '../../../../scripts/permissions/decide.ts';
import type { Call, Request } from '../call.ts';

export const arn = (service: string, name: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${name}`;
/** What is named by its ARN already stays as it is. */
export const arnOr = (given: string, made: string): string => (given.startsWith('arn:') ? given : made);
export const EVERYTHING = '*';

export const ask = (action: string, resource: string, context: Ask['context'] = {}): Ask => ({ action, resource, context });

/** The call's field as a text; '' where there is none. */
export const text = ({ fields }: Pick<Call, 'fields'>, field: string): string => {
  const value = fields[field];
  return typeof value === 'string' ? value : '';
};

/** A list of a form: `Names.member.1`, `Names.member.2`. */
export function members({ fields }: Pick<Call, 'fields'>, name: string): readonly string[] {
  const found = Object.entries(fields).filter(([field]) => field.startsWith(`${name}.`) && /^\d+$/.test(field.slice(name.length + 1)));
  return found.map(([, value]) => String(value));
}

/** What earlier calls have told, and later ones do not repeat. */
export interface Memory {
  /** An event source mapping's id -> the function's ARN. */
  readonly mappings: Map<string, string>;
  /** A launch template's name or id -> its tags and the instance profile of its instances. */
  readonly templates: Map<string, { readonly tags: Readonly<Record<string, string>>; readonly profile: string }>;
  /** A name of a test's own -> what an installation calls it. */
  readonly standsFor: Map<string, string>;
}

export const emptyMemory = (): Memory => ({ mappings: new Map(), templates: new Map(), standsFor: new Map() });

export const called = (memory: Memory, name: string): string => memory.standsFor.get(name) ?? name;

/** What IAM is asked for a call, before any of it is done. */
export type Asks = (call: Call, request: Request, memory: Memory) => readonly Ask[];
