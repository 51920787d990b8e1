/** Tokens of sessions and of log-in addresses are kept as hashes: they have 268 random bits, so a plain hash cannot be turned back by guessing. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { SessionId } from '../../domain/session.ts';

/** 64 hexadecimal digits. */
export const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');
export const sessionIdOf = (hash: string): SessionId => SessionId.parse(hash.slice(0, 32));
export const isSame = (one: string, other: string): boolean => one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
