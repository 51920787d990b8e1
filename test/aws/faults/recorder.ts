/** Keeps what was called, by whom and as whom, and what IAM would have been asked for it: for tests, and for `npm run check:calls`. */
import { appendFileSync } from 'node:fs';
import type { Ask } from '../../../scripts/permissions/decide.ts';
import { ACCOUNT } from '../emulator.ts';
import type { Fault } from '../faults.ts';
import type { Answer } from './answer.ts';
import { asksOf, emptyMemory, remember } from './asks.ts';
import { text } from './asks/arns.ts';
import type { Call, Request } from './call.ts';

/** Whom an access key belongs to. */
export interface Identity {
  /** An assumed role of an environment; null: the caller's own. */
  readonly role: string | null;
  /** What IAM is told with each call of it, as the variables of a build are. */
  readonly context?: Ask['context'];
}

export interface RecordedCall extends Omit<Call, 'fields' | 'accessKey'> {
  readonly at: number;
  /** Null where no answer came. */
  readonly status: number | null;
  readonly fault: Fault['kind'] | null;
  /** As whom: the role that was assumed, with the parameters that its template has in this test. Null: as the function itself. */
  readonly role: { readonly arn: string; readonly parameters: Readonly<Record<string, string>> } | null;
  readonly asks: readonly Ask[];
}

export interface Recorder {
  readonly calls: readonly RecordedCall[];
  note(call: Call, request: Request, status: number | null, fault: Fault['kind'] | null): void;
  /** From an answer: whose a new access key is, and what later calls do not repeat. */
  learn(call: Call, answer: Answer): void;
  forget(): void;
  deployRoles(environment: string, parameters: Readonly<Record<string, string>>): void;
  standsFor(own: string, installed: string): void;
  identify(accessKey: string, identity: Identity): void;
}

/** Of temporary credentials: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes */
const TEMPORARY = /^ASIA/;
const role = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/slipway-${name}`;

/** @param file gets each call of a function as a line of JSON */
export function createRecorder(file: string | undefined): Recorder {
  const calls: RecordedCall[] = [];
  const memory = emptyMemory();
  const identities = new Map<string, Identity>();
  const deployed = new Map<string, Readonly<Record<string, string>>>();
  const identityOf = (accessKey: string): Identity => identities.get(accessKey) ?? { role: TEMPORARY.test(accessKey) ? 'somebody whom the recorder has not seen' : null };
  return {
    calls,
    note: (call, request, status, fault) => {
      const { accessKey, fields: _fields, ...said } = call;
      const { role: arn, context = {} } = identityOf(accessKey);
      const asks = asksOf(call, request, memory).map((one) => ({ ...one, context: { ...context, ...one.context } }));
      const recorded: RecordedCall = { ...said, at: Date.now(), status, fault, role: arn === null ? null : { arn, parameters: deployed.get(arn) ?? {} }, asks };
      calls.push(recorded);
      if (file !== undefined && file !== '') appendFileSync(file, `${JSON.stringify(recorded)}\n`);
    },
    learn: (call, answer) => {
      remember(memory, call, answer);
      const accessKey = call.action === 'AssumeRole' && answer.status < 300 ? /<AccessKeyId>([^<]+)</.exec(answer.body.toString('utf8'))?.[1] : undefined;
      if (accessKey !== undefined) identities.set(accessKey, { role: text(call, 'RoleArn') });
    },
    forget: () => void calls.splice(0),
    deployRoles: (environment, parameters) => {
      for (const name of [environment, `${environment}-reader`]) deployed.set(role(name), { SlipwayAccount: ACCOUNT, ...parameters });
    },
    standsFor: (own, installed) => void memory.standsFor.set(own, installed),
    identify: (accessKey, identity) => void identities.set(accessKey, identity),
  };
}
