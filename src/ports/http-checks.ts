/** One HTTP check of a placed release. */
import type { Test } from '../domain/manifest.ts';

export interface HttpChecks {
  /** Never throws for a check that fails: that is its answer. */
  run(baseUrl: string, check: NonNullable<Test['http']>, timeoutSeconds: number): Promise<{ passed: boolean; seconds: number; detail: string }>;
}
