/** Colours, or none. */
import { styleText } from 'node:util';

export const TONES = { good: 'green', bad: 'red', warn: 'yellow', busy: 'cyan', quiet: 'dim', strong: 'bold' } as const;
export type Tone = keyof typeof TONES;
export type Style = (tone: Tone, text: string) => string;

/** NO_COLOR with any value but the empty one turns colours off: https://no-color.org */
export function styleOf(isTerminal: boolean, noColor: string | undefined): Style {
  const coloured = isTerminal && (noColor === undefined || noColor === '');
  return (tone, text) => (coloured && text !== '' ? styleText(TONES[tone], text, { validateStream: false }) : text);
}
