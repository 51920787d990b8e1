/** One turn in the making: the changed branches, the events and the effects, until they are taken as a whole. */
import { createHash, createHmac } from 'node:crypto';
import type { ExecutionStatus, HistoryEvent } from '../ports/orchestrator.ts';
import type { Graph, Machine, State } from './asl.ts';
import type { Branch, Effect, ExecutionState, Phase } from './state.ts';

/** Step Functions' quota; the last event is the failure itself. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const HISTORY_EVENTS_MAX = 25_000;

/** Thrown where the history is full; the step ends the execution. */
export class HistoryFull extends Error {}

/** Whether a turn can take this branch further without anything having to happen first. */
export const isReady = (branch: Branch): boolean => branch.phase.kind === 'ready' || branch.phase.kind === 'gathering';

export interface Ending { readonly status: ExecutionStatus; readonly output?: unknown; readonly error?: string; readonly cause?: string }

export class Turn {
  readonly definition: Machine;
  readonly now: number;
  readonly before: ExecutionState;
  readonly branches: Map<string, Branch>;
  readonly history: HistoryEvent[] = [];
  readonly effects: Effect[] = [];
  readonly ready = new Set<string>();
  ending: Ending | undefined;
  /** An answer came after its task's time was up. */
  late = false;
  #lastEvent: number;
  #lastTicket: number;
  #draws = 0;

  constructor(definition: Machine, before: ExecutionState, now: number) {
    this.definition = definition;
    this.before = before;
    this.now = now;
    this.branches = new Map(before.branches);
    this.#lastEvent = before.lastEvent;
    this.#lastTicket = before.lastTicket;
  }

  /** The branch as it is now in this turn. */
  branch(id: string): Branch {
    const branch = this.branches.get(id);
    if (branch === undefined) throw new Error(`The execution has no branch '${id}'.`);
    return branch;
  }

  put(branch: Branch): Branch {
    this.branches.set(branch.id, branch);
    if (isReady(branch)) this.ready.add(branch.id);
    return branch;
  }

  /** Puts a branch into another phase, with a new ticket: whatever still answers to the old one is stale. */
  move(branch: Branch, phase: Phase): Branch {
    this.#lastTicket += 1;
    return this.put({ ...branch, phase, ticket: this.#lastTicket });
  }

  /** Records an event in the name of a branch, which becomes the branch's previous event. */
  record(branch: Branch, type: string, detail?: unknown): Branch {
    const id = this.append(branch.previousEvent, type, branch.state, detail);
    return this.put({ ...branch, previousEvent: id });
  }

  append(previousId: number, type: string, state: string | undefined, detail: unknown, last = false): number {
    if (this.#lastEvent >= HISTORY_EVENTS_MAX - 1 && !last) throw new HistoryFull();
    this.#lastEvent += 1;
    this.history.push({ id: this.#lastEvent, previousId, at: this.now, type, ...(state === undefined ? {} : { state }), ...(detail === undefined ? {} : { detail }) });
    return this.#lastEvent;
  }

  get lastEvent(): number { return this.#lastEvent; }

  /** Bytes by chance, the same whenever this turn is taken from the same state. */
  bytes(): Buffer {
    this.#draws += 1;
    return createHash('sha256').update(`${this.before.seed}:${this.before.lastEvent}:${this.before.lastTicket}:${this.#draws}`).digest();
  }

  /** A task token that nobody can guess without the seed, and the same for the same ticket. */
  token(): string {
    return createHmac('sha256', this.before.seed).update(`token:${this.#lastTicket + 1}`).digest('hex');
  }

  graphOf(branch: Branch): Graph {
    let graph: Graph = this.definition;
    for (let at = 0; at < branch.path.length; at += 2) {
      const state = graph.States[String(branch.path[at])];
      if (state?.Type === 'Parallel') graph = state.Branches[Number(branch.path[at + 1])]!;
      else if (state?.Type === 'Map') graph = state.ItemProcessor;
      else throw new Error(`The path ${branch.path.join('/')} leads to no Parallel or Map state.`);
    }
    return graph;
  }

  stateOf(branch: Branch): State {
    const state = this.graphOf(branch).States[branch.state];
    if (state === undefined) throw new Error(`There is no state '${branch.state}' here.`);
    return state;
  }

  children(id: string): Branch[] {
    return [...this.branches.values()].filter((branch) => branch.parent === id).sort((a, b) => a.index! - b.index!);
  }

  /** The state after this turn. */
  settle(): ExecutionState {
    const { ending } = this;
    return {
      ...this.before,
      lastEvent: this.#lastEvent,
      lastTicket: this.#lastTicket,
      ...(ending === undefined ? { branches: this.branches } : { ...ending, stoppedAt: this.now, branches: new Map<string, Branch>() }),
    };
  }
}
