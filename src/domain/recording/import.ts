/** Requests that come from a file and not from a router, by the same rules: what a recording would not keep of them is left out. Pure. */
import type * as z from 'zod';
import { recorded, type RecordedRequest } from './recorded-request.ts';
import { RecordingRule } from './rule.ts';

/** All of a rule but what is about time and chance. */
export const ImportRule = RecordingRule.omit({ sample: true, seconds: true });
export type ImportRule = z.infer<typeof ImportRule>;

/** Of all that one recording keeps, in bytes: a router's and an imported one alike. */
export const RECORDING_BYTES_MAX = 4 * 1024 * 1024;

export interface Imported {
  /** The last so many of the file, in its order. */
  readonly kept: readonly RecordedRequest[];
  /** With a method that the rule does not name, or a body that may not be kept. */
  readonly leftOut: number;
}

export function importedRequests(requests: readonly RecordedRequest[], rule: ImportRule): Imported {
  let leftOut = 0;
  const kept: RecordedRequest[] = [];
  for (const request of requests) {
    const clean = cleaned(request, rule);
    if (clean === undefined) leftOut += 1;
    else kept.push(clean);
  }
  return { kept: newest(kept, rule.requests), leftOut };
}

function cleaned({ method, target, headers, body }: RecordedRequest, rule: ImportRule): RecordedRequest | undefined {
  if (!(rule.methods as readonly string[]).includes(method) || (body !== undefined && body !== '' && rule.bodies === 'none')) return undefined;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join('\r\n');
  return recorded({ method, target, headers: lines, body: body === undefined ? undefined : new TextEncoder().encode(body) }, rule);
}

function newest(requests: readonly RecordedRequest[], maximum: number): RecordedRequest[] {
  let [first, bytes] = [requests.length, 0];
  while (first > 0 && requests.length - first < maximum) {
    bytes += JSON.stringify(requests[first - 1]).length;
    if (bytes > RECORDING_BYTES_MAX) break;
    first -= 1;
  }
  return requests.slice(first);
}
