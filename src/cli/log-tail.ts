/** What was added between two looks at the end of the same text. */

const ANCHOR = 64;

/**
 * Both are ends of one growing text, `after` looked at later and perhaps longer at its front. The most they can share is taken as
 * shared; where they share nothing, everything is new.
 */
export function added(before: string, after: string): string {
  if (before === '' || after === before) return after === before ? '' : after;
  const whole = after.lastIndexOf(before);
  if (whole !== -1) return after.slice(whole + before.length);
  const anchor = after.slice(0, ANCHOR);
  for (let at = before.indexOf(anchor); at !== -1; at = before.indexOf(anchor, at + 1)) {
    if (after.startsWith(before.slice(at))) return after.slice(before.length - at);
  }
  return after;
}
