/** The number is that of its state: one of another number is not gone on from. */
export const SEQUENTIAL_JUDGE = 'sequential/3';
