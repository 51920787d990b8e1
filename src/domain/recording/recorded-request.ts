/** One request as it is recorded: what a rule allows, without secrets. Pure. */
import * as z from 'zod';
import { isSecretName, isSecretValue, redactedJson, redactedTarget } from '../parallel/redaction.ts';
import type { RecordingRule } from './rule.ts';

export const RecordedRequest = z.strictObject({
  method: z.string().regex(/^[A-Z]{1,20}$/, 'a method in upper case'),
  target: z.string().startsWith('/', 'a path that begins with /').max(8192),
  headers: z.record(z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, 'the name of a header'), z.string().max(8192).regex(/^[^\0\r\n]*$/, 'no line ends')).default({}),
  body: z.string().max(1_000_000).optional(),
});
export type RecordedRequest = z.infer<typeof RecordedRequest>;

const TARGET_MAX = 8192;
const HEADER_MAX = 1024;

export interface SeenRequest {
  readonly method: string;
  readonly target: string;
  /** Lines of `name: value`. */
  readonly headers: string;
  readonly body: Uint8Array | undefined;
}

/** Undefined: nothing of it may be kept, as its body cannot be cleaned of secrets. */
export function recorded({ method, target, headers: lines, body }: SeenRequest, rule: Pick<RecordingRule, 'headers'>): RecordedRequest | undefined {
  const headers: Record<string, string> = {};
  for (const line of lines.split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (rule.headers.includes(name) && !isSecretName(name) && !isSecretValue(value)) headers[name] = value.slice(0, HEADER_MAX);
  }
  const kept = { method, target: redactedTarget(target, TARGET_MAX), headers };
  if (body === undefined || body.length === 0) return kept;
  const clean = cleanJson(body);
  return clean === undefined ? undefined : { ...kept, body: clean };
}

function cleanJson(body: Uint8Array): string | undefined {
  try {
    return JSON.stringify(redactedJson(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))));
  } catch {
    return undefined;
  }
}
