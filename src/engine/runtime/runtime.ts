/** Takes events one after the other per execution: step, journal, and only then the effects. */
import { ProviderUnavailable } from '../../domain/errors.ts';
import type { TraceParent } from '../../domain/trace/trace-parent.ts';
import type { Clock, Ids } from '../../ports/clock.ts';
import type { HistoryEvent } from '../../ports/orchestrator.ts';
import type { Machine } from '../asl.ts';
import type { Journal, Opening } from '../journal/journal.ts';
import { dueOf, newExecution, type Branch, type Effect, type EngineEvent, type ExecutionState } from '../state.ts';
import { step, type Step } from '../step.ts';
import { createAlarms, type Alarm, type Alarms, type Timers } from './alarms.ts';
import { createTracker } from './tracker.ts';
import { createWaits, type Waits } from './waits.ts';

export type Transition = HistoryEvent & { readonly machine: string; readonly execution: string; readonly trace?: TraceParent };

/** An execution that runs, in memory. */
export interface Live { readonly id: number; readonly definition: Machine; readonly parent: string | undefined; state: ExecutionState; queue: Promise<unknown> }

export interface NewExecution { readonly machine: string; readonly name: string; readonly input: unknown; readonly definition: Machine; readonly trace?: TraceParent | undefined }

export interface RuntimeNeeds {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly timers: Timers;
  readonly journal: Journal;
  readonly firstId: number;
  /** Does what a journaled turn asked for. */
  readonly perform: (live: Live, effect: Effect) => void;
  /** The execution has ended, and its end is journaled. */
  readonly ended: (state: ExecutionState) => void;
  readonly listen: (transition: Transition) => void;
  /** `execution`: at work on which. */
  readonly fault: (fault: unknown, execution: number) => void;
}

export interface Runtime {
  readonly live: ReadonlyMap<number, Live>;
  readonly waits: Waits;
  readonly alarms: Alarms;
  readonly isClosed: () => boolean;
  /** Opens an execution: its first turn and its first entry in the journal are one. `announce` is called before anything that follows from it. */
  open(given: NewExecution, opening: Opening, announce?: (state: ExecutionState) => void): Promise<void>;
  /** Takes up an execution from the journal, without its effects. */
  adopt(live: Omit<Live, 'queue'>): Live;
  /** Hands an event in. Answers undefined where the execution is not running. @throws StorageFull when the journal can't be written */
  post(id: number, event: EngineEvent): Promise<Step | undefined>;
  /** Hands an event in that nobody else would hand in again: tries until it is journaled. */
  deliver(id: number, event: EngineEvent): void;
  close(): Promise<void>;
}

const DEADLINE = -1;
const REDELIVERY_MS = 1000;

const isLive = (one: Live | undefined, { branch, ticket, due }: Alarm): boolean => {
  if (one === undefined || ticket === DEADLINE) return one !== undefined;
  const waiting = one.state.branches.get(branch);
  return waiting?.ticket === ticket && dueOf(waiting) === due;
};

/** What follows from a journaled step: the listeners hear of it, then its effects, then its end. */
const carryOut = (needs: RuntimeNeeds, one: Live, { history, effects, state }: Step): void => {
  for (const event of history) needs.listen({ ...event, machine: state.machine, execution: state.name, ...(state.trace === undefined ? {} : { trace: state.trace }) });
  for (const effect of effects) needs.perform(one, effect);
  if (state.status !== 'RUNNING') needs.ended(state);
};

const noteBranch = (waits: Waits, alarms: Alarms, id: number, before: Branch | undefined, after: Branch | undefined): void => {
  waits.note(id, before, after);
  const due = after === undefined ? undefined : dueOf(after);
  if (after !== undefined && due !== undefined) alarms.set({ due, execution: id, branch: after.id, ticket: after.ticket });
};

const firstStep = (needs: RuntimeNeeds, { definition, ...given }: NewExecution): Promise<Step> => {
  const startedAt = needs.clock.now();
  const fresh = newExecution({ ...given, startedAt, seed: needs.ids.next(), startAt: definition.StartAt, timeoutSeconds: definition.TimeoutSeconds });
  return step(definition, fresh, { type: 'advance' }, startedAt);
};

const closing = (): ProviderUnavailable => new ProviderUnavailable('The engine is closing. What was asked for was not done; ask again after its next start.');

export const createRuntime = (needs: RuntimeNeeds): Runtime => {
  const live = new Map<number, Live>();
  const waits = createWaits();
  const tracker = createTracker();
  let closed = false;
  let lastId = needs.firstId;

  const alarms = createAlarms({
    now: () => needs.clock.now(), timers: needs.timers,
    ring: ({ execution, branch, ticket }) => deliver(execution, ticket === DEADLINE ? { type: 'deadline' } : { type: 'due', branch, ticket }),
    isLive: (alarm) => isLive(live.get(alarm.execution), alarm),
  });

  const note = (id: number, before: Branch | undefined, after: Branch | undefined): void => noteBranch(waits, alarms, id, before, after);

  const settle = (one: Live, done: Step): void => {
    const before = one.state.branches;
    one.state = done.state;
    for (const branch of done.changed) note(one.id, before.get(branch.id), branch);
    for (const id of done.removed) note(one.id, before.get(id), undefined);
    if (done.state.status !== 'RUNNING') live.delete(one.id);
    carryOut(needs, one, done);
    if (done.more) deliver(one.id, { type: 'advance' });
  };

  const take = async (one: Live, event: EngineEvent): Promise<Step | undefined> => {
    if (closed) throw closing();
    const done = await step(one.definition, one.state, event, needs.clock.now());
    if (!done.taken) return done;
    await needs.journal.write({ id: one.id, ...done });
    settle(one, done);
    return done;
  };

  const post = (id: number, event: EngineEvent): Promise<Step | undefined> => {
    const one = live.get(id);
    if (one === undefined) return Promise.resolve(undefined);
    const run = tracker.track(one.queue.then(() => take(one, event)));
    one.queue = run.catch(() => undefined);
    return run;
  };

  const deliver = (id: number, event: EngineEvent): void => {
    if (closed) return;
    post(id, event).catch((fault: unknown) => {
      if (closed) return;
      needs.fault(fault, id);
      needs.timers.after(REDELIVERY_MS, () => deliver(id, event));
    });
  };

  const adopt = (given: Omit<Live, 'queue'>): Live => {
    const one: Live = { ...given, queue: Promise.resolve() };
    live.set(one.id, one);
    for (const branch of one.state.branches.values()) note(one.id, undefined, branch);
    if (one.state.deadline !== undefined) alarms.set({ due: one.state.deadline, execution: one.id, branch: '', ticket: DEADLINE });
    return one;
  };

  const open: Runtime['open'] = (given, opening, announce) => tracker.track((async () => {
    if (closed) throw closing();
    const done = await firstStep(needs, given);
    lastId += 1;
    const id = lastId;
    await needs.journal.write({ id, ...done, removed: [], opening });
    const one = adopt({ id, definition: given.definition, parent: opening.parent, state: { ...done.state, branches: new Map() } });
    announce?.(done.state);
    settle(one, done);
  })());

  const close = async (): Promise<void> => {
    closed = true;
    alarms.close();
    await tracker.idle();
  };
  return { live, waits, alarms, open, adopt, post, deliver, close, isClosed: () => closed };
};
