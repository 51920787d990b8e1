/** Histories in one form, whichever interpreter wrote them: what happened in each branch, in order, without names of accounts, tokens and times. */
import type { Graph, Machine } from '../../../src/engine/asl.ts';

/** One event as an interpreter told it. `state` is there where the interpreter says it. */
export interface Told { readonly id: number; readonly previousId: number; readonly type: string; readonly state?: string | undefined; readonly detail?: unknown }

/** One step of a branch. */
export interface Step { readonly what: What; readonly state: string; readonly detail: unknown }
export type What = 'entered' | 'exited' | 'scheduled' | 'submitted' | 'succeeded' | 'failed' | 'timed out';

/** By branch: '' is the machine itself, `Environments[1]` an iteration, `AskPerson.0` a branch of a Parallel state. */
export type Branches = Readonly<Record<string, readonly Step[]>>;

export interface Run {
  readonly machine: string;
  readonly execution: string;
  readonly status: string;
  readonly output?: unknown;
  readonly error?: string | undefined;
  readonly cause?: unknown;
  readonly branches: Branches;
}

const WHAT: Readonly<Record<string, What>> = { TaskScheduled: 'scheduled', TaskSubmitted: 'submitted', TaskSucceeded: 'succeeded', TaskFailed: 'failed', TaskTimedOut: 'timed out' };
const whatOf = (type: string): What | undefined => WHAT[type] ?? (type.endsWith('StateEntered') ? 'entered' : type.endsWith('StateExited') ? 'exited' : undefined);

/** Where a state stands: the Map states and branches of Parallel states around it, outermost first. */
type Place = readonly { readonly state: string; readonly branch?: number }[];

export const placesOf = (graph: Graph, around: Place = []): Map<string, Place> => new Map(Object.entries(graph.States).flatMap(([name, state]) => [
  [name, around] as const,
  ...(state.Type === 'Parallel' ? state.Branches.flatMap((inner, branch) => [...placesOf(inner, [...around, { state: name, branch }])]) : []),
  ...(state.Type === 'Map' ? placesOf(state.ItemProcessor, [...around, { state: name }]) : []),
]));

/** What differs between two runs of the same thing, or between the two interpreters by design, and means nothing to a machine. */
const MEANINGLESS = new Set(['StartDate', 'StopDate', 'InputDetails', 'OutputDetails', 'ExecutedVersion', 'StatusCode', 'trace', 'timeoutInSeconds']);

const parsed = (text: string): unknown => {
  if (!text.startsWith('{')) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

/** A value without account, region, tokens and times; causes that are JSON are read. */
export const comparable = (value: unknown, tokens: ReadonlySet<string>): unknown => {
  if (typeof value === 'string') {
    if (tokens.has(value) || value === '<task token>') return '<token>';
    const read = parsed(value);
    if (read !== value) return comparable(read, tokens);
    // Step Functions gives no cause with States.Timeout; the engine's sentence is for people.
    return value.replace(/The task '[^']*' did not answer within its TimeoutSeconds\./, '').replace(/^arn:aws:states:[^:]*:[^:]*:(stateMachine|execution):/, '');
  }
  if (Array.isArray(value)) return value.map((one) => comparable(one, tokens));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !MEANINGLESS.has(key)).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, comparable(one, tokens)]));
};

/** Interpreters tell of these in their own words. */
export const comparableCause = (error: string | undefined, cause: unknown, tokens: ReadonlySet<string>): unknown =>
  error === undefined || /^(Lambda\.|States\.(?!TaskFailed))/.test(error) ? undefined : comparable(cause ?? '', tokens);

class Reader {
  readonly places: Map<string, Place>;
  readonly byId: Map<number, Told>;
  constructor(definition: Machine, events: readonly Told[]) {
    this.places = placesOf(definition);
    this.byId = new Map(events.map((event) => [event.id, event]));
  }

  * before(event: Told): Generator<Told> {
    for (let at = this.byId.get(event.previousId); at !== undefined; at = this.byId.get(at.previousId)) yield at;
  }

  stateOf(event: Told): string {
    const named = event.state ?? (event.detail as { name?: string } | undefined)?.name;
    if (named !== undefined) return named;
    for (const one of this.before(event)) if (one.type.endsWith('StateEntered')) return (one.detail as { name: string }).name;
    throw new Error(`The event ${event.id} (${event.type}) belongs to no state.`);
  }

  branchOf(event: Told, state: string): string {
    return (this.places.get(state) ?? []).map((around) => {
      if (around.branch !== undefined) return `${around.state}.${around.branch}`;
      for (const one of this.before(event)) {
        const { name, index } = (one.detail ?? {}) as { name?: string; index?: number };
        if (one.type === 'MapIterationStarted' && name === around.state) return `${around.state}[${index}]`;
      }
      throw new Error(`The event ${event.id} (${event.type} of ${state}) belongs to no iteration of ${around.state}.`);
    }).join('/');
  }
}

/** The steps of each branch, in the order in which they were told. */
export function branchesOf(definition: Machine, events: readonly Told[], tokens: ReadonlySet<string>): Branches {
  const reader = new Reader(definition, events);
  const branches: Record<string, Step[]> = {};
  for (const event of events) {
    const what = whatOf(event.type);
    if (what === undefined) continue;
    const state = reader.stateOf(event);
    const { error, cause, name: _name, ...rest } = (event.detail ?? {}) as { error?: string; cause?: unknown; name?: string };
    const detail = error === undefined ? comparable(rest, tokens) : { error, cause: comparableCause(error, cause, tokens) };
    (branches[reader.branchOf(event, state)] ??= []).push({ what, state, detail });
  }
  return branches;
}
