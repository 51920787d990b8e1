/**
 * Globs over paths of a repository, as in a manifest's `paths`. A glob is compiled to a nondeterministic automaton and all its
 * states are followed at once, so a match costs at most (length of the glob) x (length of the path) steps: no glob, however it
 * is written, can hold up admission (backtracking matchers can be made to: "a*a*a*a*b").
 *
 * `*` anything in one folder's name or file's name (names that begin with a dot too), `?` one character of it, `**` as a whole
 * name any number of folders (none too), `{a,b}` either, also nested. A glob that ends in `/` means everything below.
 */

/** Anything written in a glob that would not do what its author thinks is refused, not taken literally. */
export class BadGlob extends Error {
  override readonly name = 'BadGlob';
}

const MAX_GLOB = 500;
const MAX_BRACES_DEEP = 5;

type Accepts = 'any' | 'name' | { readonly character: string };
/** A state either consumes one character, or forks without consuming; `to` are indexes of states. The accepting state is index 0. */
interface State {
  readonly accepts: Accepts | null;
  to: number[];
}

/** Whether `path` (of a repository, with `/`) fits `glob`. @throws BadGlob, which names what is wrong and what to write instead. */
export function matchesPath(glob: string, path: string): boolean {
  return compilePath(glob)(path);
}

/** What is wrong with a glob, for a person; null: nothing. */
export function globProblem(glob: string): string | null {
  try {
    compilePath(glob);
    return null;
  } catch (error) {
    if (error instanceof BadGlob) return error.message;
    throw error;
  }
}

/** Compiles once what is then asked about many paths. @throws BadGlob */
export function compilePath(glob: string): (path: string) => boolean {
  refuseUnsupported(glob);
  const states: State[] = [{ accepts: null, to: [] }];
  const compiler = new Compiler(glob.endsWith('/') ? `${glob}**` : glob, states);
  const start = compiler.whole();
  return (path) => accepted(states, start, path);
}

function refuseUnsupported(glob: string): void {
  if (glob.length === 0 || glob.length > MAX_GLOB) throw new BadGlob(`a glob has 1 to ${MAX_GLOB} characters`);
  if (glob.startsWith('/')) throw new BadGlob('a glob begins at the top of the repository, without a leading /');
  if (glob.startsWith('./')) throw new BadGlob('a glob begins at the top of the repository, without a leading ./');
  if (glob.startsWith('!')) throw new BadGlob('a glob cannot be turned round with !; name what belongs to the service');
  const odd = /[[\]\\\p{Cc}]/u.exec(glob);
  if (odd) throw new BadGlob(`${JSON.stringify(odd[0])} has no meaning in a glob here; use *, **, ? and {a,b}`);
  if (glob.split('/').some((name) => name === '..' || name === '.')) throw new BadGlob('a glob has no . or .. in it');
  if (glob.includes('//')) throw new BadGlob('a glob has no empty name (//) in it');
}

/** Builds the automaton from the end to the beginning: each part is told the state that follows it. */
class Compiler {
  private readonly glob: string;
  private readonly states: State[];
  constructor(glob: string, states: State[]) {
    this.glob = glob;
    this.states = states;
  }

  whole(): number {
    return this.sequence(parse(this.glob), 0);
  }

  private sequence(parts: readonly Part[], next: number): number {
    return parts.reduceRight((following, part) => this.part(part, following), next);
  }

  private part(part: Part, next: number): number {
    switch (part.kind) {
      case 'character':
        return this.add({ character: part.character }, [next]);
      case 'one':
        return this.add('name', [next]);
      case 'star':
        return this.loop('name', next);
      case 'below':
        // "" or "/" and anything
        return this.add(null, [next, this.add({ character: '/' }, [this.loop('any', next)])]);
      case 'above':
        // "" or anything that ends in "/"
        return this.add(null, [next, this.loop('any', this.add({ character: '/' }, [next]))]);
      case 'all':
        return this.loop('any', next);
      case 'either':
      default:
        return this.add(null, part.options.map((option) => this.sequence(option, next)));
    }
  }

  private loop(accepts: Accepts, next: number): number {
    const fork = this.add(null, [next]);
    const step = this.add(accepts, [fork]);
    this.states[fork]?.to.push(step);
    return fork;
  }

  private add(accepts: Accepts | null, to: number[]): number {
    return this.states.push({ accepts, to }) - 1;
  }
}

function accepted(states: readonly State[], start: number, path: string): boolean {
  let current = reachable(states, [start]);
  for (const character of path) {
    const next: number[] = [];
    for (const index of current) {
      const state = states[index];
      if (state?.accepts && takes(state.accepts, character)) next.push(...state.to);
    }
    if (next.length === 0) return false;
    current = reachable(states, next);
  }
  return current.has(0);
}

const takes = (accepts: Accepts, character: string): boolean => accepts === 'any' || (accepts === 'name' ? character !== '/' : accepts.character === character);

function reachable(states: readonly State[], from: readonly number[]): Set<number> {
  const seen = new Set(from);
  // A Set's iteration includes what is added to it on the way.
  for (const index of seen) {
    const state = states[index];
    if (state && state.accepts === null) for (const next of state.to) seen.add(next);
  }
  return seen;
}

type Part =
  | { readonly kind: 'character'; readonly character: string }
  | { readonly kind: 'one' | 'star' | 'below' | 'above' | 'all' }
  | { readonly kind: 'either'; readonly options: readonly (readonly Part[])[] };

function parse(glob: string): Part[] {
  const reader = { at: 0, characters: Array.from(glob) };
  const parts = parseSequence(reader, 0);
  if (reader.at < reader.characters.length) throw new BadGlob(`the ${reader.characters[reader.at]} at character ${reader.at + 1} closes nothing`);
  return parts;
}

interface Reader {
  at: number;
  readonly characters: readonly string[];
}

/** Up to the end, or to the `,` or `}` of the braces it stands in. */
function parseSequence(reader: Reader, deep: number): Part[] {
  const parts: Part[] = [];
  for (;;) {
    const character = reader.characters[reader.at];
    if (character === undefined || character === '}' || (character === ',' && deep > 0)) return parts;
    if (character === '{') parts.push(parseBraces(reader, deep + 1));
    else parts.push(parseOne(reader, character));
  }
}

function parseBraces(reader: Reader, deep: number): Part {
  const opened = reader.at + 1;
  if (deep > MAX_BRACES_DEEP) throw new BadGlob(`braces may be nested ${MAX_BRACES_DEEP} deep`);
  const options: Part[][] = [];
  do {
    reader.at += 1;
    options.push(parseSequence(reader, deep));
  } while (reader.characters[reader.at] === ',');
  if (reader.characters[reader.at] !== '}') throw new BadGlob(`the { at character ${opened} is not closed; write {a,b}`);
  reader.at += 1;
  return { kind: 'either', options };
}

function parseOne(reader: Reader, character: string): Part {
  const { characters, at } = reader;
  const isName = (end: string | undefined) => end === undefined || end === '/' || end === '}' || end === ',';
  const beginsName = (before: string | undefined) => before === undefined || before === '/' || before === '{' || before === ',';
  const stars = (from: number) => characters[from] === '*' && characters[from + 1] === '*';
  if (character === '/' && stars(at + 1) && (characters[at + 3] === undefined || characters[at + 3] === '}' || characters[at + 3] === ',')) {
    reader.at += 3;
    return { kind: 'below' };
  }
  if (stars(at) && beginsName(characters[at - 1]) && isName(characters[at + 2])) {
    const above = characters[at + 2] === '/';
    reader.at += above ? 3 : 2;
    return { kind: above ? 'above' : 'all' };
  }
  reader.at += 1;
  if (character === '*') return { kind: 'star' };
  return character === '?' ? { kind: 'one' } : { kind: 'character', character };
}
