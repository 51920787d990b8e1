/**
 * The four measures of DORA (https://dora.dev/guides/dora-metrics-four-keys/), from what happened in production. Pure.
 * Each says over how many it is made; without any it is null: no data is never a good figure.
 */
import type { EnvironmentName, ServiceName } from './ids.ts';

/** One deployment in a production environment that is over. */
export interface ProductionDeployment {
  readonly service: ServiceName;
  readonly environment: EnvironmentName;
  readonly cause: 'push' | 'deploy' | 'rollback';
  /** Milliseconds since the epoch, as all times here: when the push of its commit was admitted; null without one. */
  readonly committedAt: number | null;
  readonly startedAt: number;
  readonly endedAt: number;
  /** taken-back: it failed and was rolled back. given-up: superseded or cancelled, which says nothing of the change. */
  readonly outcome: 'succeeded' | 'taken-back' | 'given-up';
}

export interface DeliveryPerformance {
  /** Changes that reached all of production's traffic, for each day of the window. */
  readonly deploymentFrequency: { readonly perDay: number; readonly deployments: number };
  /** From the push of a commit to the end of its deployment in production. */
  readonly leadTime: { readonly medianSeconds: number | null; readonly p90Seconds: number | null; readonly changes: number };
  /** Changes that were taken back, by the judge or by a person afterwards, of all that came to production. */
  readonly changeFailureRate: { readonly rate: number | null; readonly failed: number; readonly changes: number };
  /**
   * From the start of what failed until the release before serves again: for a change that was taken back by itself from its own
   * start, for a rollback that a person asked for from when it was asked for.
   */
  readonly timeToRestore: { readonly medianSeconds: number | null; readonly p90Seconds: number | null; readonly failures: number };
}

const DAY_MS = 86_400_000;

export function deliveryPerformance(deployments: readonly ProductionDeployment[], windowDays: number): DeliveryPerformance {
  const { changes, succeeded, failed, rollbacks } = told(deployments);
  const leadTimes = leadTimesOf(succeeded);
  const restores = [...changes.filter(({ outcome }) => outcome === 'taken-back'), ...rollbacks].map(({ startedAt, endedAt }) => (endedAt - startedAt) / 1000);
  return {
    deploymentFrequency: { perDay: succeeded.length / windowDays, deployments: succeeded.length },
    leadTime: { medianSeconds: quantile(leadTimes, 0.5), p90Seconds: quantile(leadTimes, 0.9), changes: leadTimes.length },
    changeFailureRate: { rate: changes.length === 0 ? null : failed.length / changes.length, failed: failed.length, changes: changes.length },
    timeToRestore: { medianSeconds: quantile(restores, 0.5), p90Seconds: quantile(restores, 0.9), failures: restores.length },
  };
}

export interface DeliveryPeriod {
  readonly since: number;
  readonly deployments: number;
  /** Of the changes that ended in this period, those that were taken back, then or later. */
  readonly failed: number;
  readonly leadTimeMedianSeconds: number | null;
}

/** The window in equal periods, oldest first: what the measures are made of, by when a change ended. */
export function deliveryOverTime(deployments: readonly ProductionDeployment[], window: { readonly since: number; readonly until: number }, periods: number): DeliveryPeriod[] {
  const { succeeded, failed } = told(deployments);
  const length = (window.until - window.since) / periods;
  return Array.from({ length: periods }, (_, index): DeliveryPeriod => {
    const since = window.since + index * length;
    const isWithin = ({ endedAt }: ProductionDeployment): boolean => endedAt >= since && (endedAt < since + length || index === periods - 1);
    const ended = succeeded.filter(isWithin);
    return { since, deployments: ended.length, failed: failed.filter(isWithin).length, leadTimeMedianSeconds: quantile(leadTimesOf(ended), 0.5) };
  });
}

/** Which of them are changes, which came through, which were taken back, and which took another one back. */
function told(deployments: readonly ProductionDeployment[]) {
  const rollbacks = deployments.filter(({ cause, outcome }) => cause === 'rollback' && outcome === 'succeeded');
  const changes = deployments.filter(({ cause, outcome }) => cause !== 'rollback' && outcome !== 'given-up');
  const succeeded = changes.filter(({ outcome }) => outcome === 'succeeded');
  const undone = succeeded.filter((change) => rollbacks.some((rollback) => undoes(rollback, change, succeeded)));
  return { rollbacks, changes, succeeded, failed: [...changes.filter(({ outcome }) => outcome === 'taken-back'), ...undone] };
}

const leadTimesOf = (succeeded: readonly ProductionDeployment[]): number[] => succeeded.flatMap(({ committedAt, endedAt }) => (committedAt === null ? [] : [(endedAt - committedAt) / 1000]));

/** Whether a rollback took this change back: the newest one of its place when the rollback began. */
function undoes(rollback: ProductionDeployment, change: ProductionDeployment, succeeded: readonly ProductionDeployment[]): boolean {
  const isBefore = ({ service, environment, endedAt }: ProductionDeployment) => service === rollback.service && environment === rollback.environment && endedAt <= rollback.startedAt;
  if (!isBefore(change)) return false;
  return !succeeded.some((other) => other !== change && isBefore(other) && other.endedAt > change.endedAt);
}

/** The nearest rank: always one that was measured. */
function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

export const windowStart = (now: number, days: number): number => now - days * DAY_MS;
