/** How long a pipeline waits between two looks at whether an environment is free. */

/** After so many looks the wait doubles: who waits for minutes is served at once, who waits for days costs few transitions. */
const TURNS_PER_DOUBLING = 100;
const LONGEST_SECONDS = 600;

/**
 * Looks before a pipeline gives up: more than a week. A look takes 9 of the 25,000 events that an execution may have
 * (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html), and an execution that is out of events ends without a word.
 */
export const QUEUE_TURNS_MAX = 2000;

/** @param turn looks so far @returns milliseconds */
export const queueWaitMs = (firstSeconds: number, turn: number): number =>
  Math.max(firstSeconds, Math.min(firstSeconds * 2 ** Math.floor(turn / TURNS_PER_DOUBLING), LONGEST_SECONDS)) * 1000;
