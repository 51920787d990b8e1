/** Strict header syntax (RFC 9112 section 5): `name:value CRLF`, nothing folded, no bare CR or LF, no control bytes. */

/** Bytes over 0x7e are not for requests: what they mean is not agreed upon, so node:http decides about them. */
const REQUEST_LINE = /([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e]*)\r\n/y;
const ANSWER_LINE = /([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)\r\n/y;

/**
 * The header lines of `text` from `from` to `to`, flat: name, value, name, value.
 * @param text single bytes as characters (latin1); `to` is behind the CRLF of the last line.
 * @returns undefined when anything there is not strictly a header line.
 */
export function readHeaderLines(text: string, from: number, to: number, side: 'request' | 'answer'): string[] | undefined {
  const line = side === 'request' ? REQUEST_LINE : ANSWER_LINE;
  const flat: string[] = [];
  line.lastIndex = from;
  while (line.lastIndex < to) {
    const match = line.exec(text);
    if (match === null) return undefined;
    flat.push(match[1] as string, trimmedEnd(match[2] as string));
  }
  return line.lastIndex === to ? flat : undefined;
}

/** Without the blanks (space, tab) at its end: they are no part of the value. */
function trimmedEnd(value: string): string {
  let end = value.length;
  while (end > 0 && (value.charCodeAt(end - 1) === 32 || value.charCodeAt(end - 1) === 9)) end--;
  return end === value.length ? value : value.slice(0, end);
}
