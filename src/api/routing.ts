/** What all routes share: who asks. */
import type { Hono } from 'hono';
import type { Identity } from '../domain/ids.ts';

export type ApiEnvironment = { Variables: { identity: Identity } };
export type ApiApp = Hono<ApiEnvironment>;
