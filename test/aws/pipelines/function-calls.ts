/** Calls of an installation's functions, each as the function that is at work: its role has to allow them (npm run check:calls). */
import { callsByAccess } from '../../../src/adapters/aws/calls/assumed-role.ts';
import { createSignedCall, type SignedCall, type SignedCallOptions } from '../../../src/adapters/aws/calls/signed-call.ts';
import { type ObjectCalls, signedObjects } from '../../../src/adapters/aws/calls/signed-objects.ts';
import { systemClock } from '../../../src/adapters/local/system-clock.ts';
import type { Access } from '../../../src/domain/access.ts';
import { subject } from '../../../src/main/subject.ts';
import { CREDENTIALS, REGION } from '../emulator.ts';

export interface FunctionCalls {
  /** As the function's own role. */
  readonly call: SignedCall;
  readonly objects: (bucket: string) => ObjectCalls;
  /** As the role that an access names. */
  readonly byAccess: (access: Access | null) => SignedCall;
}

/** One for each name; undefined is a test's own call. */
function eachByCaller<T>(make: (caller: string | undefined) => T): () => T {
  const made = new Map<string | undefined, T>();
  return () => {
    const caller = subject()['function'] as string | undefined;
    const known = made.get(caller) ?? make(caller);
    made.set(caller, known);
    return known;
  };
}

export function functionCalls(endpoint: string): FunctionCalls {
  const signing = (caller: string | undefined): SignedCallOptions & { readonly credentials: typeof CREDENTIALS } => ({ region: REGION, credentials: CREDENTIALS, endpoint, caller });
  const own = eachByCaller((caller) => createSignedCall(signing(caller)));
  const assumed = eachByCaller((caller) => callsByAccess({ own: signing(caller), session: caller ?? 'test', clock: systemClock }));
  return {
    call: (request) => own()(request),
    byAccess: (access) => (request) => assumed()(access)(request),
    objects: (bucket) => {
      const objects = eachByCaller((caller) => signedObjects({ ...signing(caller), bucket }));
      return { head: (key) => objects().head(key), get: (key, lastBytes) => objects().get(key, lastBytes), put: (key, body, options) => objects().put(key, body, options), copy: (from, to, onlyNew) => objects().copy(from, to, onlyNew) };
    },
  };
}
