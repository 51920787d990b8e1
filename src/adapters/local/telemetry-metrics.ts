/** The metrics port over what services send by OpenTelemetry; kept in this process. */
import { setImmediate as turn } from 'node:timers/promises';
import type { RevisionId } from '../../domain/ids.ts';
import { armOf, countsKey, noTelemetry, type TelemetryPoint, type TelemetryTotals, withoutSeriesBefore, withTelemetry } from '../../domain/judge/sources/telemetry.ts';
import type { Clock, Ids } from '../../ports/clock.ts';
import type { ArmCounts, MetricsReading } from '../../ports/metrics.ts';

const SERIES_KEPT_MS = 3_600_000;
const POINTS_AT_ONCE = 500;

export interface TelemetryMetrics {
  /** @returns how many of the points were refused */
  take(points: readonly TelemetryPoint[]): Promise<number>;
  /** The revisions that have sent the histogram. */
  read(histogram: string, revisions: readonly RevisionId[]): MetricsReading;
}

/** Totals are this process's: another one begins again under another epoch. */
export function createTelemetryMetrics({ clock, ids }: { readonly clock: Clock; readonly ids: Ids }): TelemetryMetrics {
  const epoch = ids.next();
  let totals: TelemetryTotals = noTelemetry(clock.now());
  let swept = clock.now();
  return {
    take: async (points) => {
      let refused = 0;
      for (let from = 0; from < points.length; from += POINTS_AT_ONCE) {
        const taken = withTelemetry(totals, points.slice(from, from + POINTS_AT_ONCE));
        totals = taken.totals;
        refused += taken.refused;
        await turn();
      }
      if (clock.now() - swept > SERIES_KEPT_MS) {
        swept = clock.now();
        totals = withoutSeriesBefore(totals, swept - SERIES_KEPT_MS);
      }
      return refused;
    },
    read: (histogram, revisions) => {
      const found = revisions.flatMap((revision): [RevisionId, ArmCounts][] => {
        const counts = totals.counts.get(countsKey(revision, histogram));
        return counts === undefined ? [] : [[revision, armOf(counts)]];
      });
      return { epoch, at: clock.now(), revisions: Object.fromEntries(found) };
    },
  };
}
