/** Tells people. Adapters: the alert log of the store (one machine), SNS. */
import type { Alert } from '../domain/outbox.ts';

export interface Notifier {
  send(alert: Alert): Promise<void>;
}
