/** What a page shows of the API: kept by name, looked at again when something happened that it depends on. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ask, type Answer } from './client.ts';
import { onChanges } from './live.ts';
import type { AnswerOf, Change, InputOf, OperationId } from './operations.ts';
import { ApiProblem } from './problem.ts';

export interface Seen<T> {
  readonly value: T | undefined;
  readonly etag: string | null;
  readonly next: string | null;
  readonly error: ApiProblem | Error | undefined;
  readonly refresh: () => void;
}

/** Several changes come together; a page is read again once for all of them. */
const SETTLE_MS = 120;
/** Between two readings while changes keep coming. */
const SHORTEST_MS = 400;
const RETRY_MS = 3000;
const KEPT_ANSWERS = 50;
const kept = new Map<string, Answer<never>>();

function keep(key: string, answer: Answer<unknown>): void {
  kept.delete(key);
  kept.set(key, answer as Answer<never>);
  const [oldest] = kept.keys();
  if (kept.size > KEPT_ANSWERS && oldest !== undefined) kept.delete(oldest);
}
/** Nothing of one identity is shown to the next. */
export const forgetAnswers = (): void => kept.clear();

/**
 * @param input null: there is nothing to ask yet
 * @param concerns which changes make the answer old; absent: none, it is read once
 */
export function useAnswer<K extends OperationId>(id: K, input: InputOf<K> | null, concerns?: (change: Change) => boolean): Seen<AnswerOf<K>> {
  const key = input === null ? null : `${id} ${JSON.stringify(input)}`;
  const [, redraw] = useState(0);
  const held = useRef<{ key: string | null; answer?: Answer<AnswerOf<K>> | undefined; error?: Error | undefined }>({ key: null });
  if (held.current.key !== key) held.current = { key, answer: key === null ? undefined : kept.get(key) };
  const reader = useRef<() => void>(() => undefined);
  const isConcerned = useRef(concerns);
  isConcerned.current = concerns;
  useEffect(() => {
    if (key === null || input === null) return undefined;
    return keepReading((signal) => ask(id, input, { signal }), (answer, error) => {
      if (held.current.key !== key) return;
      if (answer !== undefined) keep(key, answer);
      held.current = { key, answer: answer ?? held.current.answer, error };
      redraw((count) => count + 1);
    }, isConcerned, reader);
    // The key says all of the input.
  }, [key]);
  const refresh = useCallback(() => reader.current(), []);
  const { answer, error } = held.current;
  return { value: answer?.value, etag: answer?.etag ?? null, next: answer?.next ?? null, error, refresh };
}

function keepReading<T>(read: (signal: AbortSignal) => Promise<Answer<T>>, told: (answer: Answer<T> | undefined, error: Error | undefined) => void, concerns: { readonly current: ((change: Change) => boolean) | undefined }, reader: { current: () => void }): () => void {
  const controller = new AbortController();
  let [isReading, isOld] = [false, false];
  let timer: ReturnType<typeof setTimeout> | undefined;
  // Changes that keep coming do not put it off.
  const again = (ms: number): void => { timer ??= setTimeout(() => void look(), ms); };
  const look = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (isReading) { isOld = true; return; }
    [isReading, isOld] = [true, false];
    try {
      told(await read(controller.signal), undefined);
    } catch (error) {
      if (controller.signal.aborted) return;
      told(undefined, error instanceof Error ? error : new Error(String(error)));
      if (error instanceof ApiProblem && error.mayPass) again(RETRY_MS);
    } finally {
      isReading = false;
    }
    if (isOld) again(SHORTEST_MS);
  };
  reader.current = () => void look();
  const stop = onChanges((changes) => {
    if (concerns.current === undefined) return;
    if (changes !== null && !changes.some(concerns.current)) return;
    if (isReading) isOld = true;
    else again(SETTLE_MS);
  });
  void look();
  return () => {
    controller.abort();
    clearTimeout(timer);
    stop();
  };
}
