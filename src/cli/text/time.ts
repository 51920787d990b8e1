/** Times in the same words as everywhere else that people read them. */
export * from '../../contracts/text/time.ts';
