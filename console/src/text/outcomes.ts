/** What became of a pipeline, in a word, a shape and a sentence. Pure. */
import type { Pipeline } from '../api/operations.ts';
import type { Tone } from '../parts/icon.tsx';

export interface Outcome {
  readonly tone: Tone;
  readonly word: string;
  /** Why, where there is a reason. */
  readonly reason: string | null;
}

type Status = Pipeline['status'];
type Of<K extends Status['kind']> = Extract<Status, { kind: K }>;

const OUTCOME = {
  running: () => ({ tone: 'busy', word: 'running', reason: null }),
  succeeded: () => ({ tone: 'good', word: 'succeeded', reason: null }),
  failed: ({ error, reason }: Of<'failed'>) => ({ tone: 'bad', word: 'failed', reason: reason === '' ? error : `${error}: ${reason}` }),
  superseded: ({ by }: Of<'superseded'>) => ({ tone: 'idle', word: 'superseded', reason: `by ${by}` }),
  cancelled: ({ by, why }: Of<'cancelled'>) => ({ tone: 'idle', word: 'cancelled', reason: `by ${by}: ${why}` }),
} as const satisfies { readonly [K in Status['kind']]: (status: Of<K>) => Outcome };

export const outcomeOf = (status: Status): Outcome => (OUTCOME[status.kind] as (status: Status) => Outcome)(status);

export const OUTCOME_WORDS = { running: 'Running', succeeded: 'Succeeded', failed: 'Failed', superseded: 'Superseded', cancelled: 'Cancelled' } as const satisfies Record<Status['kind'], string>;
export const CAUSE_WORDS = { push: 'Push', deploy: 'Deploy', rollback: 'Rollback' } as const satisfies Record<Pipeline['cause'], string>;

