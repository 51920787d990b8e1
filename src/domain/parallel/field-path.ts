/** Fields of a JSON answer by path, `$.items[*].price`, and patterns over them. */
import * as z from 'zod';

/** The member of an object by its name, or any element of an array. */
type Step = { readonly name: string } | '[*]';
/** `*`: any one member; `**`: any number of steps, none too. */
type PatternStep = Step | '*' | '**';

const STEP = /\.\*\*|\.\*|\[\*\]|\.[A-Za-z_][A-Za-z0-9_-]*|\["(?:[^"\\]|\\.)*"\]/y;
const PLAIN = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** How the path goes on to a member. */
export const memberOf = (path: string, name: string): string => (PLAIN.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`);
/** All elements of an array are one field: their places are not part of its name. */
export const elementOf = (path: string): string => `${path}[*]`;

/** The steps of a path or pattern; undefined when it is none. */
function stepsOf(text: string): PatternStep[] | undefined {
  if (!text.startsWith('$')) return undefined;
  const steps: PatternStep[] = [];
  for (let at = 1; at < text.length; at = STEP.lastIndex) {
    STEP.lastIndex = at;
    const step = STEP.exec(text)?.[0];
    if (step === undefined) return undefined;
    if (step === '[*]') steps.push('[*]');
    else if (step === '.*' || step === '.**') steps.push(step.slice(1) as '*' | '**');
    else if (step.startsWith('.')) steps.push({ name: step.slice(1) });
    else {
      const name: unknown = parsed(step.slice(1, -1));
      if (typeof name !== 'string') return undefined;
      steps.push({ name });
    }
  }
  return steps;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const FieldPattern = z.string().min(1).max(300).refine((text) => stepsOf(text) !== undefined, 'a path such as $.total, $.items[*].id, $["odd name"], with * for any one member and ** for any depth');

/** Whether a pattern names a path, or something above it. Compiled once, asked often. @param pattern of FieldPattern's form */
export function compilePattern(pattern: string): (path: string) => boolean {
  const steps = stepsOf(pattern) ?? [];
  const known = new Map<string, boolean>();
  return (path) => {
    const before = known.get(path);
    if (before !== undefined) return before;
    const answer = covers(steps, stepsOf(path) ?? []);
    // Paths come from answers, so their number is bounded here.
    if (known.size < 1000) known.set(path, answer);
    return answer;
  };
}

/**
 * What is under an ignored field is ignored with it. All places of the pattern are followed at once, so that no pattern of many `**` takes
 * longer than its length times the path's.
 */
function covers(pattern: readonly PatternStep[], path: readonly PatternStep[]): boolean {
  let at = reached(pattern, [0]);
  for (const here of path) {
    if (at.has(pattern.length)) return true;
    at = reached(pattern, [...at].flatMap((place) => (pattern[place] === '**' ? [place] : fits(pattern[place], here) ? [place + 1] : [])));
  }
  return at.has(pattern.length);
}

/** `**` may stand for no step at all. */
function reached(pattern: readonly PatternStep[], from: readonly number[]): ReadonlySet<number> {
  const places = new Set(from);
  // A Set's iteration includes what is added to it on the way.
  for (const place of places) if (pattern[place] === '**') places.add(place + 1);
  return places;
}

function fits(step: PatternStep | undefined, here: PatternStep): boolean {
  if (step === '*') return here !== '[*]';
  return typeof step === 'object' && typeof here === 'object' ? step.name === here.name : step === here;
}
