/** An address that logs in, once and within minutes: made by somebody with a token that lasts, exchanged by the console that it opens. */
import * as z from 'zod';
import { SlipwayError, Unauthenticated } from '../../domain/errors.ts';
import { Identity } from '../../domain/ids.ts';
import { LINK_PREFIX, SESSION_SECONDS_MAX } from '../../domain/session.ts';
import type { Ports } from '../../ports/index.ts';
import { creating, read } from '../state/documents.ts';
import { logInLinkKey } from '../state/keys.ts';
import { openSession, type OpenedSession } from './open-session.ts';
import { recordWrite } from './records.ts';
import { hashOf } from './token-hash.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'ids'>;
const LogInLink = z.strictObject({ identity: Identity, expiresAt: z.number() });

export const makeLogInLink = (needs: Needs) => async (identity: Identity, from: string, seconds: number): Promise<{ link: string; expiresAt: number }> => {
  const link = `${LINK_PREFIX}${needs.ids.next()}${needs.ids.next()}`;
  const expiresAt = needs.clock.now() + seconds * 1000;
  await needs.store.transact([creating(logInLinkKey(hashOf(link)), { identity, expiresAt }, Math.ceil(expiresAt / 1000)), recordWrite(needs, { event: 'link-made', identity, from })]);
  return { link, expiresAt };
};

/** @throws Unauthenticated for one that was used, is too old, or never was */
export const redeemLogInLink = (needs: Needs) => async (link: string, from: string): Promise<OpenedSession> => {
  const found = await read(needs.store, LogInLink, logInLinkKey(hashOf(link)));
  if (found === undefined || found.value.expiresAt <= needs.clock.now()) throw usedOrOld();
  const uses = [{ kind: 'delete', key: found.key, condition: { generation: found.generation } } as const];
  try {
    return await openSession(needs)({ identity: found.value.identity, origin: 'link', client: 'console', from, seconds: SESSION_SECONDS_MAX, uses });
  } catch (error) {
    throw error instanceof SlipwayError && error.name === 'Conflict' ? usedOrOld() : error;
  }
};

const usedOrOld = () => new Unauthenticated('This log-in address was used already, or is too old. Run "slipway console" again.');
