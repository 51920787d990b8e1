/** The words of a slash command. Phones turn straight quotes into curly ones. */
const WORDS = /["\u201C\u201D\u201E]([^"\u201C\u201D\u201E]*)["\u201C\u201D\u201E]|[^\s"\u201C\u201D\u201E]+/gu;

/** `reject catalog "prices are wrong"` -> three words; a quote that nothing ends is left away. */
export const wordsOf = (text: string): string[] => [...text.matchAll(WORDS)].map(([word, quoted]) => quoted ?? word);
