/** Alerts that were sent, newest first. */
import { KeptAlert } from '../contracts/api/installation.ts';
import type { Ports } from '../ports/index.ts';
import { list } from './state/documents.ts';

export { KeptAlert };

export const alerts = (needs: Pick<Ports, 'store'>) => async (limit: number): Promise<KeptAlert[]> => (await list(needs.store, KeptAlert, 'alerts', '', limit, 'descending')).map((stored) => stored.value);
