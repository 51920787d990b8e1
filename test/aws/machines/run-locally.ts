/** Runs a scenario in the local engine, with functions that answer as the scenario says and a clock that does not wait. */
import { createEngine, Machine, type Timers, type Transition } from '../../../src/engine/index.ts';
import type { Execution } from '../../../src/ports/orchestrator.ts';
import type { TraceParent } from '../../../src/domain/trace/trace-parent.ts';
import { answering, tokenAnswerOf, type Answering } from './answering.ts';
import { branchesOf, comparable, comparableCause, type Run } from './history.ts';
import { SERVICE_ERRORS, type Runnable, type TokenAnswer } from './scenario.ts';

const named = (name: string, message: string): Error => {
  const error = new Error(message);
  error.name = name;
  error.stack = '';
  return error;
};

/** Time stands still while somebody is about to answer, and jumps to the next alarm where nobody is. */
class JumpingClock {
  #now = Date.UTC(2030, 0, 1);
  #busy = 0;
  #stirred = 0;
  readonly now = (): number => this.#now;
  stir(): void { this.#stirred += 1; }
  async while<T>(work: Promise<T>): Promise<T> {
    this.#busy += 1;
    try {
      return await work;
    } finally {
      this.#busy -= 1;
      this.stir();
    }
  }

  readonly timers: Timers = {
    after: (delayMs, callback) => {
      let seen = -1;
      const look = (): void => {
        if (this.#busy === 0 && seen === this.#stirred) {
          this.#now += delayMs;
          callback();
        } else {
          seen = this.#stirred;
          timer = setTimeout(look, 2);
        }
      };
      let timer = setTimeout(look, 0);
      return () => clearTimeout(timer);
    },
  };
}

export interface Ran { readonly runs: readonly Run[]; readonly answers: Answering; readonly events: number }

const DEADLINE_MS = 60_000;

/** @param machines definitions by name; the scenario's own is started with the name `main`, in the trace if there is one */
export async function runLocally(scenario: Runnable, machines: Readonly<Record<string, { readonly definition: unknown }>>, trace?: TraceParent): Promise<Ran & { readonly told: readonly Transition[] }> {
  const answers = answering(scenario);
  const clock = new JumpingClock();
  const told: Transition[] = [];
  const faults: unknown[] = [];
  let ids = 0;

  const byToken = async (token: string, answer: TokenAnswer): Promise<void> => {
    if (answer === 'never') return;
    if ('success' in answer) await engine.succeedTask(token, answer.success);
    else await engine.failTask(token, answer.failure, answer.message);
  };
  const invoke = async (functionName: string, payload: unknown): Promise<unknown> => {
    const answer = await clock.while(answers.answerTo({ functionName, payload })).catch((fault: unknown) => { faults.push(fault); throw fault; });
    if (answer === 'never') return new Promise(() => undefined);
    if ('service' in answer) throw named(`Lambda.${answer.service}`, `refused with ${SERVICE_ERRORS[answer.service]}`);
    if ('error' in answer) throw named(answer.error, answer.message);
    const later = tokenAnswerOf(answer);
    const token = (payload as { token?: string } | null)?.token;
    if (later !== undefined && token !== undefined) setTimeout(() => { clock.while(byToken(token, later)).catch((fault: unknown) => { faults.push(fault); }); }, 0);
    return answer.result;
  };

  const engine = createEngine({
    clock, ids: { next: () => `seed-${(ids += 1)}` }, database: ':memory:', machines, wait: clock.timers, onFault: (fault) => faults.push(fault),
    onTransition: (event) => { clock.stir(); told.push(event); }, invoke,
  });
  try {
    await engine.start({ machine: scenario.machine, name: 'main', input: scenario.input, trace });
    const limit = Date.now() + DEADLINE_MS;
    const running = async (): Promise<boolean> => (await engine.describe(scenario.machine, 'main'))?.status === 'RUNNING';
    while (await running()) {
      if (faults.length > 0) throw faults[0];
      if (Date.now() > limit) throw new Error(`The scenario '${scenario.name}' of ${scenario.machine} did not end. Calls so far: ${JSON.stringify(answers.calls)}`);
      await new Promise((done) => { setTimeout(done, 2); });
    }
    if (faults.length > 0) throw faults[0];
    const executions = await engine.list({ limit: 1000 });
    return { runs: executions.map((execution) => runOf(execution, told, machines, answers)), answers, events: told.filter((event) => event.machine === scenario.machine && event.execution === 'main').length, told };
  } finally {
    await engine.close();
  }
}

const runOf = (execution: Execution, told: readonly Transition[], machines: Readonly<Record<string, { readonly definition: unknown }>>, { tokens }: Answering): Run => {
  const { machine, name, status, output, error, cause } = execution;
  const events = told.filter((event) => event.machine === machine && event.execution === name);
  return { machine, execution: name, status, output: comparable(output, tokens), error, cause: comparableCause(error, cause, tokens), branches: branchesOf(Machine.parse(machines[machine]!.definition), events, tokens) };
};
