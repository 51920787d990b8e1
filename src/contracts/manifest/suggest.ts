/** What somebody probably meant. */

const LONGEST = 64;

/** Names that people bring from other tools -> ours. Only offered where ours is allowed. */
const ELSEWHERE: ReadonlyMap<string, readonly string[]> = new Map(Object.entries({
  name: ['service'], app: ['service'], owner: ['team'], replicas: ['instances'], count: ['instances'], scale: ['instances'],
  env: ['configuration'], environment: ['configuration', 'environments'], variables: ['configuration'], config: ['configuration'], vars: ['configuration'],
  cmd: ['start', 'command'], run: ['start', 'command'], entrypoint: ['start'], command: ['start'], exec: ['start'],
  healthcheck: ['health'], healthCheck: ['health'], probe: ['health'], url: ['path'], endpoint: ['path'], files: ['paths'], watch: ['paths'],
  platform: ['target'], provider: ['target'], runtime: ['target'], secret: ['secrets'], limits: ['resources'], mem: ['memory'], ram: ['memory'], cpus: ['cpu'],
  reviewers: ['approvers'], steps: ['traffic', 'batches'], weight: ['traffic'], percent: ['traffic'], order: ['wave'], type: ['kind'], min: ['minimumHealthy'],
  gracePeriod: ['stopWithin'], out: ['output'], dist: ['output'], retry: ['retries'], body_contains: ['body'], sticky: ['routing'], deploy: ['strategy'],
}));

/** The closest of `candidates`, when it is close enough to be meant. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > LONGEST) return undefined;
  const named = ELSEWHERE.get(word)?.find((candidate) => candidates.includes(candidate));
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const same = candidates.find((candidate) => plain(candidate) === plain(word));
  if (same !== undefined) return same;
  const [best] = candidates
    .map((candidate) => ({ candidate, distance: distance(plain(word), plain(candidate)) }))
    .filter(({ candidate, distance: steps }) => steps <= Math.max(1, Math.floor(Math.max(candidate.length, word.length) / 3)) && steps < candidate.length)
    .sort((a, b) => a.distance - b.distance);
  return best && best.distance <= 1 ? best.candidate : (named ?? best?.candidate);
}

/**
 * Insertions, deletions, replacements and swaps of neighbours between two words (optimal string alignment, the restricted
 * Damerau-Levenshtein distance).
 */
export function distance(one: string, other: string): number {
  let before: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const same = one[i - 1] === other[j - 1];
      const steps = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      next.push(swapped ? Math.min(steps, (before[j - 2] ?? 0) + 1) : steps);
    }
    before = row;
    row = next;
  }
  return row[other.length] ?? 0;
}

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/^(?:ms|msecs?|millis(?:econds?)?)$/i, 'ms'], [/^(?:s|secs?|seconds?)$/i, 's'], [/^(?:m|mins?|minutes?)$/i, 'm'], [/^(?:h|hrs?|hours?)$/i, 'h'], [/^(?:d|days?)$/i, 'd'],
  [/^(?:k|kb|kib|ki)$/i, 'Ki'], [/^(?:m|mb|mib|mi)$/i, 'Mi'], [/^(?:g|gb|gib|gi)$/i, 'Gi'], [/^(?:%|percent)$/i, '%'],
];

/** Other ways to write the same scalar, likelier ones first; the caller keeps the first that its schema takes. */
export function rewritings(value: string | number | boolean, source: string | undefined): unknown[] {
  if (typeof value !== 'string') return [source ?? String(value), [source ?? String(value)], [value]];
  const text = value.trim();
  const forms: unknown[] = [];
  if (/^-?\d+(?:\.\d+)?$/.test(text)) forms.push(Number(text));
  if (/^(?:yes|on|true|y)$/i.test(text)) forms.push(true);
  if (/^(?:no|off|false|n)$/i.test(text)) forms.push(false);
  const measure = /^(\d{1,9}(?:\.\d{1,3})?)\s*([A-Za-z%]{1,12})$/.exec(text);
  if (measure) forms.push(...UNITS.filter(([unit]) => unit.test(measure[2] ?? '')).map(([, unit]) => `${measure[1] ?? ''}${unit}`), ...(measure[2] === '%' ? [Number(measure[1])] : []));
  forms.push(text, text.toLowerCase(), `/${text}`);
  if (/^[\w .-]+$/.test(text)) forms.push(text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^[-0-9]+|-+$/g, ''));
  if (text !== '' && text.length <= 200) forms.push(text.split(/\s+/), [text]);
  return forms;
}
