/** Numbers in the sentences of a verdict. */

/** 0.0123 -> `1.23 %`; `none` where there was nothing to have a rate of. */
export function percent(rate: number | null): string {
  return rate === null ? 'none' : `${Math.round(rate * 10_000) / 100} %`;
}
