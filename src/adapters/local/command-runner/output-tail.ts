/** The end of a command's output, in bounded memory. */
import { stripVTControlCharacters } from 'node:util';

export interface OutputTail {
  write(chunk: Buffer): void;
  /** As text that can do nothing to a terminal, after a note when there was more. */
  text(): string;
}

export function createOutputTail(bytesMax: number): OutputTail {
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let total = 0;
  const last = (): Buffer => {
    const all = Buffer.concat(kept);
    return all.subarray(Math.max(0, all.length - bytesMax));
  };
  return {
    write(chunk) {
      total += chunk.length;
      kept.push(chunk);
      keptBytes += chunk.length;
      // Cut at twice the size, so that each byte is copied a bounded number of times.
      if (keptBytes <= 2 * bytesMax) return;
      kept = [Buffer.from(last())];
      keptBytes = bytesMax;
    },
    text() {
      const end = last();
      let from = 0;
      // The cut may fall inside a character: its continuation bytes (10xxxxxx) are left out, three at most.
      if (total > end.length) while (from < 3 && ((end[from] ?? 0) & 0xc0) === 0x80) from += 1;
      const text = plain(end.subarray(from).toString('utf8'));
      return total > end.length ? `[the first ${total - end.length + from} bytes of output are left out]\n${text}` : text;
    },
  };
}

/** Without terminal sequences and other control characters; newlines and tabs stay. */
const plain = (text: string): string => stripVTControlCharacters(text).replaceAll('\r\n', '\n').replaceAll(/[^\P{Cc}\n\t]/gu, '').trimEnd();
