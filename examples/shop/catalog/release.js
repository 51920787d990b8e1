/** What this release is called, and how it misbehaves: with `failEvery: 20` every 20th answer is an error; 0 is none. */
export const release = { name: 'first', failEvery: 0 };
