/** Finds names by letters that come in order. Pure. */

/** Lower is better; null: the letters are not there in this order. */
export function distance(name: string, letters: string): number | null {
  if (letters === '') return 0;
  const whole = name.indexOf(letters);
  if (whole >= 0) return whole;
  let [at, gaps] = [-1, 0];
  for (const letter of letters) {
    const next = name.indexOf(letter, at + 1);
    if (next < 0) return null;
    gaps += next - at - 1;
    at = next;
  }
  return 100 + gaps;
}

export const best = <T>(all: readonly T[], letters: string, nameOf: (one: T) => string, most: number): T[] => all
  .flatMap((one) => {
    const far = distance(nameOf(one).toLowerCase(), letters);
    return far === null ? [] : [{ one, far }];
  })
  .sort((a, b) => a.far - b.far).slice(0, most).map(({ one }) => one);
