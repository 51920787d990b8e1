/** What the installation remembers of logging in: who came in, who was refused, what was ended and given. */
import * as z from 'zod';
import { Identity } from './ids.ts';
import { SESSION_CLIENTS, SESSION_ORIGINS, SessionId } from './session.ts';

export const LOG_IN_EVENTS = ['opened', 'refused', 'closed', 'revoked', 'link-made', 'token-given', 'tokens-taken', 'slack-linked'] as const;
export type LogInEvent = (typeof LOG_IN_EVENTS)[number];

export const LogInRecord = z.strictObject({
  at: z.number(),
  event: z.enum(LOG_IN_EVENTS),
  /** Whom it is about; null: nobody that is known. */
  identity: Identity.nullable(),
  /** Who did it. */
  by: Identity.nullable(),
  session: SessionId.nullable(),
  origin: z.enum(SESSION_ORIGINS).nullable(),
  client: z.enum(SESSION_CLIENTS).nullable(),
  /** The address that it came from, as the gateway saw it; empty where that is not known. */
  from: z.string().max(100),
  /** Why it was refused; else empty. */
  why: z.string().max(300),
});
export type LogInRecord = z.infer<typeof LogInRecord>;
