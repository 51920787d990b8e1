/** Time and chance, handed in so that tests can advance a clock and the same journal gives the same decisions. */
export interface Clock {
  /** Milliseconds since the epoch. May jump; never used to measure how long something took. */
  now(): number;
}

export interface Ids {
  /** A new identifier that nobody can guess: 26 characters of [0-9a-z]. */
  next(): string;
}
