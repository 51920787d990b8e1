/** JSON values as they pass between states: plain, bounded, and without any trace of the evaluator. */
import { createHash } from 'node:crypto';
import { StateFailure } from './failure.ts';

/** Step Functions' limit for input, output, arguments, results and one Assign, in bytes of UTF-8. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const PAYLOAD_BYTES_MAX = 262_144;

/**
 * A plain copy of a JSON value.
 * @throws StateFailure States.DataLimitExceeded over 262,144 bytes
 */
export const plain = (value: unknown, what: string): unknown => {
  const text = JSON.stringify(value ?? null);
  if (text.length > PAYLOAD_BYTES_MAX / 3 && Buffer.byteLength(text) > PAYLOAD_BYTES_MAX) {
    throw new StateFailure('States.DataLimitExceeded', `${what} has ${Buffer.byteLength(text)} bytes; a state may hand on ${PAYLOAD_BYTES_MAX}. Keep documents in the store and pass their ids.`);
  }
  return JSON.parse(text) as unknown;
};

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]));
};

/** SHA-256 of a JSON value, the same for every order of its keys. */
export const hashOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(sorted(value ?? null))).digest('hex');
