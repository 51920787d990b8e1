/** Rules for the names of environment variables that a service is given. */
import { error, type FieldPath, type Finding } from './finding.ts';

/** Set by Slipway itself, for every instance and every test. */
const RESERVED = ['PORT', 'HOST', 'BASE_URL'] as const;
const RESERVED_PREFIX = 'SLIPWAY_';

export const isReserved = (name: string): boolean => RESERVED.some((reserved) => reserved === name) || name.startsWith(RESERVED_PREFIX);

/** Reserved names among `variables`, which stand at `path`. */
export function checkReserved(variables: Readonly<Record<string, unknown>>, path: FieldPath): Finding[] {
  return Object.keys(variables).filter(isReserved)
    .map((name) => error([...path, name], `is set by Slipway (so are ${RESERVED.join(', ')} and ${RESERVED_PREFIX}*). Choose another name.`, { at: 'key' }));
}

/** Names of `variables`, which stand at `path`, that are `elsewhere` too: a variable cannot be a setting and a secret. */
export function checkMixed(variables: Readonly<Record<string, unknown>>, path: FieldPath, elsewhere: Readonly<Record<string, unknown>>, where: string): Finding[] {
  return Object.keys(variables).filter((name) => Object.hasOwn(elsewhere, name))
    .map((name) => error([...path, name], `is ${where} too. Keep one of the two, or use another name.`, { at: 'key' }));
}
