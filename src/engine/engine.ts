/** The local engine: Step Functions on one machine, over one SQLite file. See design.md, "On one machine". */
import type { DatabaseSync } from 'node:sqlite';
import { Conflict, InvalidInput, NotFound, TokenRefused } from '../domain/errors.ts';
import type { TraceParent } from '../domain/trace/trace-parent.ts';
import type { Clock, Ids } from '../ports/clock.ts';
import type { Execution, Orchestrator } from '../ports/orchestrator.ts';
import { Machine } from './asl.ts';
import { StateFailure } from './failure.ts';
import { createArchive, type Archive, type ListFilter } from './journal/archive.ts';
import { createJournal } from './journal/journal.ts';
import { journalFault, openJournal } from './journal/open.ts';
import { hashOf, plain } from './payload.ts';
import { realTimers, type Timers } from './runtime/alarms.ts';
import { resume } from './runtime/resume.ts';
import { createRequests, type Invoke } from './runtime/requests.ts';
import { createRuntime, type Live, type Runtime, type Transition } from './runtime/runtime.ts';
import { createTurnstile } from './runtime/turnstile.ts';
import { childKey } from './runtime/waits.ts';
import type { EngineEvent, ExecutionState } from './state.ts';
import { validateMachines } from './validate.ts';

export interface EngineNeeds {
  readonly clock: Clock;
  readonly ids: Ids;
  /** Path of a file that is the engine's alone, or ':memory:'. */
  readonly database: string;
  /** Definitions with their substitutions filled in, by name of the machine. */
  readonly machines: Readonly<Record<string, { readonly definition: unknown }>>;
  /** Calls a function in this process. What it throws is the task's error, by `error.name`. */
  readonly invoke: Invoke;
  readonly onTransition?: (transition: Transition) => void;
  /** Told once of each execution that ended. */
  readonly onEnded?: (execution: EndedExecution) => void;
  readonly wait?: Timers;
  /** Hears of faults of the engine itself: a journal that can't be written, a listener that throws. Default: a process warning. */
  readonly onFault?: (fault: unknown, execution?: FaultyExecution) => void;
}

/** Times in milliseconds since the epoch. */
export type EndedExecution = Pick<ExecutionState, 'machine' | 'name' | 'status' | 'startedAt' | 'stoppedAt'>;

/** The execution that the engine was at work on. */
export type FaultyExecution = Pick<ExecutionState, 'machine' | 'name' | 'input'>;

/** Any string names a machine here; one that is not there is refused with the list of those that are. */
export interface Engine extends Orchestrator {
  start(request: { machine: string; name: string; input: unknown; trace?: TraceParent | undefined }): Promise<void>;
  describe(machine: string, name: string): Promise<Execution | undefined>;
  definition(machine: string, name: string): Promise<unknown>;
  history(machine: string, name: string, page: { limit: number; after?: number }): ReturnType<Orchestrator['history']>;
  stop(machine: string, name: string, error: string, cause: string): Promise<void>;
  /** Puts off the heartbeat timeout of a task. @throws TokenRefused */
  heartbeatTask(token: string): Promise<void>;
  /** Resumes every execution that was running. Answers how many. Call once, before the first start. */
  recover(): Promise<number>;
  list(filter?: ListFilter): Promise<readonly Execution[]>;
  /** Hears every event once it is journaled. Answers how to stop that. */
  onEvent(listener: (transition: Transition) => void): () => void;
  /** Forgets executions that stopped before this time (ms since the epoch), but not their names for 90 days. Answers how many. */
  prune(before: number): Promise<number>;
  /** Lets what is being journaled finish, starts nothing more, and gives the file back. What was under way resumes with `recover`. */
  close(): Promise<void>;
}

const NAME = /^[0-9A-Za-z_-]{1,80}$/;

const inputOf = (input: unknown): unknown => {
  try {
    return plain(input, 'The input');
  } catch (cause) {
    throw new InvalidInput(cause instanceof StateFailure ? cause.detail : `The input is no JSON: ${String(cause)}`, {}, { cause });
  }
};

/** Into memory, without effects. A wait whose time has come must not go on before `recover`: the others are not ready for it. */
const takeUp = (runtime: Runtime, archive: Archive): void => {
  const running = archive.running();
  if (running.length > 0) runtime.alarms.hold();
  for (const { id, definition, parent, state } of running) {
    runtime.adopt({ id, parent, state, definition: Machine.parse(JSON.parse(archive.definition(definition) ?? 'null')) });
  }
};

/** A listener that throws keeps nothing from the others, nor from the execution. */
function tellAll(listeners: ReadonlySet<(transition: Transition) => void>, transition: Transition, fault: (thrown: unknown) => void): void {
  for (const listener of listeners) {
    try {
      listener(transition);
    } catch (thrown) {
      fault(thrown);
    }
  }
}

/** Damage behind the first page shows only where it is read: the journal is closed then, and the fault named. */
const readingOf = (database: DatabaseSync, path: string) => <T>(action: () => T): T => {
  try {
    return action();
  } catch (cause) {
    database.close();
    throw journalFault(cause, path);
  }
};

/**
 * Opens the engine. Nothing runs before `recover` or `start`.
 * @throws InvalidInput for a machine with mistakes (evidence.issues), Conflict when the file belongs to another engine; InvalidInput for one that is damaged
 */
export const createEngine = (needs: EngineNeeds): Engine => {
  validateMachines(needs.machines);
  const machines = new Map(Object.entries(needs.machines).map(([name, { definition }]) => [name, { definition: Machine.parse(definition), hash: hashOf(definition) }]));
  const hears = needs.onFault ?? ((thrown: unknown) => process.emitWarning(thrown instanceof Error ? thrown : String(thrown)));
  const fault = (thrown: unknown, execution?: number): void => hears(thrown, execution === undefined ? undefined : runtime.live.get(execution)?.state);
  const listeners = new Set<(transition: Transition) => void>(needs.onTransition === undefined ? [] : [needs.onTransition]);
  const database = openJournal(needs.database);
  const archive = createArchive(database);
  const read = readingOf(database, needs.database);
  const liveBy = (machine: string, name: string): Live | undefined => {
    const known = archive.known(machine, name);
    return known === undefined ? undefined : runtime.live.get(known.id);
  };
  const turnstile = createTurnstile();
  const requests = createRequests({ turnstile, runtime: () => runtime, archive, invoke: needs.invoke, machine: (name) => machines.get(name), liveBy, fault });
  const runtime: Runtime = createRuntime({
    clock: needs.clock, ids: needs.ids, timers: needs.wait ?? realTimers, journal: createJournal(database), firstId: read(() => archive.lastId()), fault,
    perform: requests.perform, ended: (state) => {
      requests.tellWatchers(state);
      needs.onEnded?.(state);
    },
    listen: (transition) => tellAll(listeners, transition, fault),
  });
  read(() => takeUp(runtime, archive));

  const begin = async (machine: string, name: string, input: unknown, trace: TraceParent | undefined): Promise<void> => {
    const found = machines.get(machine);
    if (found === undefined) throw new NotFound(`There is no state machine '${machine}'. There are: ${[...machines.keys()].sort().join(', ')}.`);
    const inputHash = hashOf(input);
    const known = archive.known(machine, name);
    if (known === undefined) {
      archive.saveDefinition(found.hash, JSON.stringify(found.definition));
      await runtime.open({ machine, name, input, definition: found.definition, trace }, { definition: found.hash, inputHash });
    } else if (known.inputHash !== inputHash) {
      throw new Conflict(`An execution of '${machine}' named '${name}' exists already, with another input. Choose another name, or start it with the same input.`, { machine, name, status: known.status });
    }
  };
  const answerToken = async (token: string, event: (branch: string, ticket: number) => EngineEvent): Promise<void> => {
    const place = runtime.waits.byToken(token);
    const done = place === undefined ? undefined : await runtime.post(place.execution, event(place.branch, place.ticket));
    if (done?.taken !== true || done.late) throw new TokenRefused('The task token was used, has expired, or never was. Nothing was done; a newer request carries a newer token.');
  };

  return {
    start: async ({ machine, name, input, trace }) => {
      if (!NAME.test(name)) throw new InvalidInput(`The execution name '${name}' is not allowed: 1 to 80 characters of 0-9, A-Z, a-z, - and _.`);
      const given = inputOf(input);
      await turnstile.pass(childKey(machine, name), () => begin(machine, name, given, trace));
    },
    describe: async (machine, name) => archive.describe(machine, name),
    definition: async (machine, name) => archive.definitionOf(machine, name),
    history: async (machine, name, { limit, after = 0 }) => archive.history(machine, name, after, Math.min(Math.max(limit, 1), 1000)),
    stop: async (machine, name, error, cause) => {
      if (archive.known(machine, name) === undefined) throw new NotFound(`There is no execution of '${machine}' named '${name}'.`);
      const live = liveBy(machine, name);
      if (live !== undefined) await runtime.post(live.id, { type: 'stop', error, cause });
    },
    succeedTask: (token, output) => { const given = inputOf(output); return answerToken(token, (branch, ticket) => ({ type: 'taskSucceeded', branch, ticket, output: given })); },
    failTask: (token, error, cause) => answerToken(token, (branch, ticket) => ({ type: 'taskFailed', branch, ticket, error, cause })),
    heartbeatTask: (token) => answerToken(token, (branch, ticket) => ({ type: 'heartbeat', branch, ticket })),
    recover: async () => resume(runtime, requests.send),
    list: async (filter = {}) => archive.list(filter),
    onEvent: (listener) => { listeners.add(listener); return () => { listeners.delete(listener); }; },
    prune: async (before) => archive.prune(before, needs.clock.now()),
    close: async () => { await runtime.close(); if (database.isOpen) database.close(); },
  };
};
