/** What the demo tells while it runs: a heading per step, a line per happening, each with the time since the start. */
import type { WriteStream } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';

type Paint = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan';
const CODES: Record<Paint, readonly [number, number]> = { bold: [1, 22], dim: [2, 22], green: [32, 39], red: [31, 39], yellow: [33, 39], cyan: [36, 39] };

export interface Story {
  heading(text: string): void;
  line(text: string): void;
  /** What another program said, such as git. */
  quote(text: string): void;
  /** Without a time: the report. */
  plain(text: string): void;
  paint(paint: Paint, text: string): string;
  readonly elapsedMs: () => number;
}

/** Colors only on a terminal, and not where NO_COLOR is set (https://no-color.org). */
export function tellTo(stream: WriteStream, environment: Readonly<Record<string, string | undefined>>): Story {
  const begun = performance.now();
  const colored = stream.isTTY && (environment.NO_COLOR ?? '') === '';
  const elapsedMs = (): number => performance.now() - begun;
  const paint = (name: Paint, text: string): string => (colored ? `\u001b[${CODES[name][0]}m${text}\u001b[${CODES[name][1]}m` : text);
  const write = (text: string): void => void stream.write(`${text}\n`);
  const time = (): string => paint('dim', `${(elapsedMs() / 1000).toFixed(1).padStart(6)} s `);
  return {
    heading: (text) => write(`\n${time()} ${paint('bold', paint('cyan', text))}`),
    line: (text) => write(`${time()}   ${text}`),
    quote: (text) => {
      for (const line of stripVTControlCharacters(text).split('\n').filter((part) => part.trim() !== '')) write(`${time()}   ${paint('dim', `| ${line.trim()}`)}`);
    },
    plain: write, paint, elapsedMs,
  };
}
