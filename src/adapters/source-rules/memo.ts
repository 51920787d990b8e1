/** Answers that never change, kept for a while: the same question while it is asked, and after, is asked once. */
const KEPT_MAX = 64;

/** A failure is not kept: it may pass. */
export function createMemo<T>(kept: number = KEPT_MAX): (key: readonly string[], ask: () => Promise<T>) => Promise<T> {
  const answers = new Map<string, Promise<T>>();
  return (parts, ask) => {
    const key = JSON.stringify(parts);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = ask();
    answers.set(key, answer);
    answer.catch(() => answers.delete(key));
    const oldest = answers.keys().next();
    if (answers.size > kept && oldest.done === false) answers.delete(oldest.value);
    return answer;
  };
}
