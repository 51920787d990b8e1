/** Who else wants to see requests: the mirror and the recorder. Nobody does, usually, and then nothing is done for it. */
import type { HttpRequest } from '../comparison/http-request.ts';
import type { RevisionId } from '../domain/ids.ts';

export type TakeRequest = (request: HttpRequest) => void;

export interface Tap {
  /** Where to give this request to; undefined: it is not wanted. Must not throw, and must not wait. */
  wants(revision: RevisionId, method: string, hasBody: boolean): TakeRequest | undefined;
  /** A request was wanted, and its body was too long or did not come as a whole. */
  missed(): void;
}

/** Safe by RFC 9110 section 9.2.1, and with an answer that says something. */
export const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** All taps of a route as one; undefined for none. */
export function joinTaps(taps: readonly (Tap | undefined)[]): Tap | undefined {
  const present = taps.filter((tap) => tap !== undefined);
  if (present.length < 2) return present[0];
  return {
    wants: (revision, method, hasBody) => {
      const takers = present.flatMap((tap) => tap.wants(revision, method, hasBody) ?? []);
      return takers.length === 0 ? undefined : (request) => takers.forEach((take) => take(request));
    },
    missed: () => present.forEach((tap) => tap.missed()),
  };
}

/** Flat names and values as lines. */
export function headerLines(headers: readonly string[]): string {
  let lines = '';
  for (let index = 0; index < headers.length; index += 2) lines += `${headers[index]}: ${headers[index + 1]}\r\n`;
  return lines;
}
