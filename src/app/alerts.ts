/** Alerts that were sent, newest first. */
import * as z from 'zod';
import { Alert } from '../domain/outbox.ts';
import type { Ports } from '../ports/index.ts';
import { list } from './state/documents.ts';

export const KeptAlert = Alert.extend({ at: z.number() });
export type KeptAlert = z.infer<typeof KeptAlert>;

export const alerts = (needs: Pick<Ports, 'store'>) => async (limit: number): Promise<KeptAlert[]> => (await list(needs.store, KeptAlert, 'alerts', '', limit, 'descending')).map((stored) => stored.value);
