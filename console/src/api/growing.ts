/** A list that is asked for in a larger and larger part: one question, so that what is shown is always of one moment and stays live as a whole. */
import { useRef, useState } from 'preact/hooks';
import type { AnswerOf, Change, InputOf, OperationId } from './operations.ts';
import { useAnswer, type Seen } from './query.ts';

const FIRST = 50;
const GROWTH = 4;
/** As much as the API gives in one part. */
const MOST = 1000;

export interface Growing<T> extends Seen<T> {
  /** Null when all is shown, or the most that is. */
  readonly more: (() => void) | null;
  /** There is more than is ever shown: filters narrow it. */
  readonly isCut: boolean;
}

/** @param inputFor the question with a limit; everything else in it says which list it is */
export function useGrowing<K extends OperationId>(id: K, inputFor: (limit: number) => InputOf<K>, concerns?: (change: Change) => boolean): Growing<AnswerOf<K>> {
  const list = JSON.stringify(inputFor(FIRST));
  const [grown, grow] = useState({ list, limit: FIRST });
  const limit = grown.list === list ? grown.limit : FIRST;
  const seen = useAnswer(id, inputFor(limit), concerns);
  // The smaller part stays while the larger one is read.
  const last = useRef<{ readonly list: string; readonly value: AnswerOf<K> } | undefined>(undefined);
  if (seen.value !== undefined) last.current = { list, value: seen.value };
  const value = seen.value ?? (last.current?.list === list ? last.current.value : undefined);
  const mayGrow = seen.next !== null && limit < MOST;
  return { ...seen, value, more: mayGrow ? () => grow({ list, limit: Math.min(MOST, limit * GROWTH) }) : null, isCut: seen.next !== null && !mayGrow };
}
