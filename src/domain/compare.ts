/** Two releases side by side: what a deployment of the second would change. Pure. */
import { canonicalJson } from './canonical.ts';
import type { Release } from './release.ts';

export const DIFFERS_IN = ['artifact', 'configuration', 'secrets', 'flags', 'manifest'] as const;

export interface Difference {
  readonly in: (typeof DIFFERS_IN)[number];
  /** Names from the top, for example `environments production instances`. */
  readonly path: readonly string[];
  /** Absent: it is not there. */
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Every leaf that differs; lists count as one. Secrets are references here as everywhere. */
export function compareReleases(before: Release, after: Release): Difference[] {
  return [
    ...(before.digest === after.digest ? [] : [{ in: 'artifact' as const, path: ['digest'], before: before.digest, after: after.digest }]),
    ...leaves(before.manifest, after.manifest, []).map((leaf) => ({ in: kindOf(leaf.path), ...leaf })),
    ...leaves(before.flags, after.flags, []).map((leaf) => ({ in: 'flags' as const, ...leaf })),
  ];
}

/** `configuration` at the top, or under an environment. */
function kindOf(path: readonly string[]): Difference['in'] {
  const field = path[0] === 'environments' ? path[2] : path[0];
  return field === 'configuration' || field === 'secrets' ? field : 'manifest';
}

type Leaf = Omit<Difference, 'in'>;
type Fields = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

function leaves(before: unknown, after: unknown, path: readonly string[]): Leaf[] {
  if (before === after) return [];
  if (isObject(before) && isObject(after)) return [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().flatMap((name) => leaves(before[name], after[name], [...path, name]));
  if (before !== undefined && after !== undefined && canonicalJson(before) === canonicalJson(after)) return [];
  return [{ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
}
