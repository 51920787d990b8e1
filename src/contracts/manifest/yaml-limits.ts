/**
 * What is refused before YAML is parsed. The lexer of `yaml` is a loop without recursion, so it can count what would make its
 * composer recurse too deeply or work too long. Times were measured with every shape of test/unit/contracts/manifest-bombs.
 */
import { Lexer } from 'yaml';

export const MAX_FILE_BYTES = 256 * 1024;
/** The lexer marks documents, broken flows and plain scalars by one control character each, which is not in the text. */
const SCALAR = '\u001F';
const MARKS: ReadonlySet<string> = new Set(['\u0002', '\u0018', SCALAR]);
const MAX_LEXEMES = 60_000;
export const MAX_DEPTH = 24;
export const MAX_ALIASES = 20;

export interface Refusal {
  /** Of the text, from 0. */
  readonly offset: number;
  readonly message: string;
}

/** The first reason to not even parse this text; null: parse it. */
export function refuseBefore(text: string): Refusal | null {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_FILE_BYTES) return { offset: 0, message: `the file has ${bytes} bytes; at most ${MAX_FILE_BYTES} are read. Move data out of it` };
  // Not tab, line feed, carriage return; the byte order mark was taken off before.
  const control = /[^\P{Cc}\t\n\r]|\uFEFF|\p{Cs}/u.exec(text);
  if (control) return { offset: control.index, message: 'a control character, or half a character, stands here. Remove it; inside quotes it can be written as \\u0000' };
  // What is no UTF-8 was read as this; nobody writes it.
  const unread = text.indexOf('\uFFFD');
  if (unread >= 0) return { offset: unread, message: 'what stands here is no UTF-8. Save the file as UTF-8' };
  return refuseLexemes(text);
}

function refuseLexemes(text: string): Refusal | null {
  const seen = { lexemes: 0, depth: 0, aliases: 0, indicators: 0, offset: 0, previous: '' };
  for (const lexeme of new Lexer().lex(text)) {
    seen.lexemes += 1;
    const message = seen.lexemes > MAX_LEXEMES ? `the file has more than ${MAX_LEXEMES} words and signs. Move data out of it` : judge(lexeme, seen);
    if (message !== null) return { offset: Math.min(seen.offset, text.length), message };
    if (!MARKS.has(lexeme)) seen.offset += lexeme.length;
    seen.previous = lexeme;
  }
  return null;
}

interface Seen {
  depth: number;
  aliases: number;
  indicators: number;
  previous: string;
}

function judge(lexeme: string, seen: Seen): string | null {
  if (seen.previous === SCALAR) return null;
  switch (lexeme.charAt(0)) {
    case '[':
    case '{':
      seen.depth += 1;
      return seen.depth > MAX_DEPTH ? TOO_DEEP : null;
    case ']':
    case '}':
      seen.depth = Math.max(0, seen.depth - 1);
      return null;
    case '\n':
    case '\r':
      seen.indicators = 0;
      return null;
    case '-':
    case '?':
      if (lexeme.length === 1) seen.indicators += 1;
      return seen.indicators > MAX_DEPTH ? TOO_DEEP : null;
    case '*':
      seen.aliases += 1;
      return seen.aliases > MAX_ALIASES ? `more than ${MAX_ALIASES} aliases (*name) are used. Write the values out` : null;
    case '!':
      return 'tags (!name) are not taken. Write the value as plain YAML';
    case '%':
      return 'directives (%) are not taken; the file is read as YAML 1.2. Remove the line';
    default:
      return null;
  }
}

export const TOO_DEEP = `lists and fields are nested more than ${MAX_DEPTH} deep`;
