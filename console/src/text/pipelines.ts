/** Pipelines and deployments in words. Pure. */
import type { Deployment, Pipeline } from '../api/operations.ts';
import type { Glance } from './places.ts';
import { shortVersion } from './numbers.ts';

type Said = Omit<Glance, 'sentence'> & { readonly sentence: string | null };

export function pipelineNow({ status, stage, stop }: Pick<Pipeline, 'status' | 'stage' | 'stop'>): Said {
  switch (status.kind) {
    case 'running':
      return stop === null ? { tone: 'busy', word: stage, sentence: null } : { tone: 'warn', word: 'ending', sentence: stop.kind === 'superseded' ? `${stop.by} takes its place.` : `${stop.by} cancelled it${stop.why === '' ? '' : `: ${stop.why}`}.` };
    case 'succeeded':
      return { tone: 'good', word: 'succeeded', sentence: null };
    case 'failed':
      return { tone: 'bad', word: 'failed', sentence: `${status.error}: ${status.reason}` };
    case 'superseded':
      return { tone: 'idle', word: 'superseded', sentence: `${status.by} took its place.` };
    case 'cancelled':
      return { tone: 'warn', word: 'cancelled', sentence: `By ${status.by}${status.why === '' ? '' : `: ${status.why}`}.` };
  }
}

export function deploymentNow({ status, stage, plan }: Deployment): Said {
  switch (status.kind) {
    case 'running':
      return { tone: 'busy', word: stage ?? 'starting', sentence: null };
    case 'rolling-back':
      return { tone: 'warn', word: 'rolling back', sentence: `${status.error}: ${status.reason}` };
    case 'succeeded':
      return { tone: 'good', word: 'succeeded', sentence: `${shortVersion(plan.version)} has all traffic.` };
    case 'rolled-back':
      return { tone: 'bad', word: 'rolled back', sentence: `${status.error}: ${status.reason}` };
  }
}

/** When it ended; null while it runs. */
export const endOf = ({ status }: { readonly status: { readonly kind: string; readonly at?: number } }): number | null => status.at ?? null;

export const CAUSES = { push: 'push', deploy: 'deployed by hand', rollback: 'rollback' } as const satisfies Record<Pipeline['cause'], string>;
