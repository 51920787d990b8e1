/** Which revision a request goes to. */

export interface Weighted {
  readonly weight: number;
  /** A fixed number per revision, see `seedOf`. */
  readonly seed: number;
}

/**
 * FNV-1a over UTF-16 units with the finalizer of MurmurHash3, 32 bits: equal input, equal number, in every process.
 * Not for secrets: who knows it can pick a key that lands where they like, which harms only their own stickiness.
 */
export function hash32(text: string, seed = 0x811c9dc5): number {
  let hash = seed >>> 0;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

export const seedOf = (revision: string): number => hash32(revision);

/** By weight alone. `chance` is in [0, 1). Weights need not sum to 100. */
export function chooseByChance<W extends Weighted>(revisions: readonly W[], chance: number): W | undefined {
  if (revisions.length <= 1) return revisions[0];
  let total = 0;
  for (const revision of revisions) total += revision.weight;
  let left = chance * total;
  for (const revision of revisions) {
    left -= revision.weight;
    if (left < 0) return revision;
  }
  return revisions.at(-1);
}

/**
 * The same revision for the same key: weighted rendezvous hashing (the least of -ln(u)/weight, u a hash of key and
 * revision). Whoever is on a revision whose weight only grows stays there; only the share that has to move moves.
 */
export function chooseByKey<W extends Weighted>(revisions: readonly W[], key: string): W | undefined {
  if (revisions.length <= 1) return revisions[0];
  let best: W | undefined;
  let least = Infinity;
  for (const revision of revisions) {
    const unit = (hash32(key, revision.seed) + 1) / 0x1_0000_0001;
    const score = -Math.log(unit) / revision.weight;
    if (score < least) [best, least] = [revision, score];
  }
  return best;
}
