/** The calls that a target made, against those that its page says its role needs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedCall } from '../faults.ts';

/** Rows begin with actions in backquotes; one without a service has that of the one before it. */
function actionsOf(page: string): Set<string> {
  const text = readFileSync(join(import.meta.dirname, '../../../docs', page), 'utf8');
  const actions = new Set<string>();
  for (const line of text.split('\n').filter((row) => row.startsWith('| `'))) {
    let service = '';
    for (const [, prefix, action] of (line.split(' | ')[0] ?? '').matchAll(/`(?:([a-z0-9]+):)?([A-Z]\w+)`/g)) {
      service = prefix ?? service;
      if (service !== '') actions.add(`${service}:${action ?? ''}`);
    }
  }
  return actions;
}

/** What the function called as the role of an environment, and no page allows. */
export function undocumented(calls: readonly RecordedCall[], name: string, pages: readonly string[]): string[] {
  const allowed = new Set(pages.flatMap((page) => [...actionsOf(page)]));
  const made = new Set(calls.filter((call) => call.function === name && call.role !== null).map(({ service, action }) => `${service}:${action}`));
  if (made.size === 0) throw new Error(`no call of ${name} as a role was recorded`);
  return [...made].filter((action) => !allowed.has(action)).sort();
}
