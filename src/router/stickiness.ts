/** What holds a request to its revision. */
import { randomUUID } from 'node:crypto';
import type { RouteEntry } from '../contracts/router.ts';

export interface StickyKey {
  readonly key: string;
  /** `Set-Cookie` for a client that had no key yet. */
  readonly cookie: string | undefined;
}

/**
 * The key of a request; undefined: chance decides each time.
 * @param valueOf the value of a request header, by its name in lower case.
 */
export function stickyKey(stickiness: RouteEntry['stickiness'], valueOf: (name: string) => string | undefined): StickyKey | undefined {
  if (stickiness.by === 'request') return undefined;
  if (stickiness.by === 'header') {
    const value = valueOf(stickiness.name);
    return value === undefined ? undefined : { key: value, cookie: undefined };
  }
  const present = cookieValue(valueOf('cookie'), stickiness.name);
  if (present !== undefined) return { key: present, cookie: undefined };
  const key = randomUUID().replaceAll('-', '');
  return { key, cookie: `${stickiness.name}=${key}; Path=/; HttpOnly; SameSite=Lax` };
}

/** The value of one cookie in a Cookie header, undefined when absent or empty. */
function cookieValue(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined;
  for (const part of header.split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim() || undefined;
  }
  return undefined;
}
