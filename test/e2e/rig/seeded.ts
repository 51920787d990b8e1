/** Numbers that are the same in each run with the same seed: https://en.wikipedia.org/wiki/Linear_congruential_generator */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % below;
  };
}
