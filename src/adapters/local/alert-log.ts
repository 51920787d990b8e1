/** Tells people on this machine: alerts are kept in the store for a while, and go to the log. */
import type { Alert } from '../../domain/outbox.ts';
import type { Clock, Ids } from '../../ports/clock.ts';
import type { ItemKey, ItemStore } from '../../ports/item-store.ts';
import type { Notifier } from '../../ports/notifier.ts';

export const ALERTS_KEPT_DAYS = 30;
const DAY_SECONDS = 24 * 3600;

const LEVELS = { info: 'info', warning: 'warn', critical: 'error' } as const satisfies Record<Alert['severity'], string>;

export interface AlertLogOptions {
  readonly store: Pick<ItemStore, 'transact'>;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Where an alert of this time (milliseconds since the epoch) and id is kept. */
  readonly keyOf: (at: number, id: string) => ItemKey;
  /** Called once an alert is kept. */
  readonly log: (level: 'info' | 'warn' | 'error', message: string, details: Readonly<Record<string, unknown>>) => void;
}

/** An alert that is sent twice is kept and logged twice. @throws from `send` what the store throws; then there is no log line either */
export function createAlertLog({ store, clock, ids, keyOf, log }: AlertLogOptions): Notifier {
  return {
    async send(alert) {
      const at = clock.now();
      const expiresAtSeconds = Math.floor(at / 1000) + ALERTS_KEPT_DAYS * DAY_SECONDS;
      await store.transact([{ kind: 'put', key: keyOf(at, ids.next()), value: { ...alert, at }, condition: { absent: true }, expiresAtSeconds }]);
      log(LEVELS[alert.severity], alert.text, { alert: alert.kind, service: alert.service, environment: alert.environment, ...idsOf(alert) });
    },
  };
}

/** As every line about a pipeline has them. */
const idsOf = ({ pipeline, environment }: Alert): Readonly<Record<string, string>> =>
  (pipeline === undefined ? {} : { pipelineId: pipeline, ...(environment === null ? {} : { deploymentId: `${pipeline}-${environment}` }) });
