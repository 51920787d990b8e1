/** What became of a state of an execution, from how often it was entered and left. Pure. */
import type { AnswerOf } from '../api/operations.ts';
import type { Tone } from '../parts/icon.tsx';

export type Execution = AnswerOf<'readProgress'>[number];

export interface StateNow {
  readonly tone: Tone;
  readonly word: string;
}

const NOT_YET: StateNow = { tone: 'idle', word: 'not reached' };

export function stateNow(execution: Execution, name: string): StateNow {
  const state = execution.states[name];
  if (state === undefined) return NOT_YET;
  const isInside = state.entered > state.exited;
  if (isInside && execution.status === 'RUNNING') return { tone: 'busy', word: 'at work' };
  if (isInside) return { tone: execution.status === 'SUCCEEDED' ? 'good' : 'bad', word: execution.status === 'SUCCEEDED' ? 'done' : 'ended here' };
  return state.failed > 0 ? { tone: 'warn', word: 'done, with failures' } : { tone: 'good', word: 'done' };
}

const ENDED: Readonly<Record<string, StateNow>> = {
  RUNNING: { tone: 'busy', word: 'running' }, SUCCEEDED: { tone: 'good', word: 'succeeded' }, FAILED: { tone: 'bad', word: 'failed' }, TIMED_OUT: { tone: 'bad', word: 'timed out' }, ABORTED: { tone: 'warn', word: 'stopped' },
};
export const executionNow = ({ status }: Execution): StateNow => ENDED[status] ?? { tone: 'idle', word: status.toLowerCase() };

/** `catalog-7-production-canary-0-0` of `catalog-7` -> `production canary`; the pipeline's own is itself. */
export function executionTitle(pipeline: string, { machine, name }: Execution): string {
  if (name === pipeline) return 'pipeline';
  const rest = name.slice(pipeline.length + 1);
  const at = rest.lastIndexOf(`-${machine}`);
  // A gate is named after what it decides, not after its machine.
  const environment = at > 0 ? rest.slice(0, at) : rest.replace(/-\d+-\d+$/, '');
  const [, segment = '0', redrive = '0'] = /-(\d+)-(\d+)$/.exec(rest) ?? [];
  const more = [...(segment === '0' ? [] : [`part ${Number(segment) + 1}`]), ...(redrive === '0' ? [] : [`again ${redrive}`])].join(', ');
  return `${environment} ${environment.includes(machine) ? '' : machine}${more === '' ? '' : ` (${more})`}`.trim();
}
