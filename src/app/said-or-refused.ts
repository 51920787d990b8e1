/** What a git host will refuse again is told to people, once a day, and is no reason to keep the rest from being told. */
import { SlipwayError } from '../domain/errors.ts';
import type { PipelineId, ServiceName } from '../domain/ids.ts';
import { alerting, commit, type CommitNeeds } from './state/commit.ts';
import { creating } from './state/documents.ts';
import { alertedKey } from './state/keys.ts';

export type SayNeeds = CommitNeeds;

export interface Said {
  readonly host: string;
  readonly repository: string;
  readonly service: ServiceName | null;
  /** Where it was about one. */
  readonly pipeline?: PipelineId;
  /** What the host was to be told of, in a sentence's end. */
  readonly what: string;
}

const REFUSAL_TOLD_SECONDS = 86_400;

/** Null: the host has refused it for good. @throws what may pass */
export async function saidOrRefused<T>(needs: SayNeeds, { host, repository, service, pipeline, what }: Said, say: () => Promise<T>): Promise<T | null> {
  try {
    return await say();
  } catch (error) {
    if (!(error instanceof SlipwayError) || error.retry === 'retryable') throw error;
    const now = needs.clock.now();
    const alerted = creating(alertedKey(`git host ${repository} ${error.name} ${Math.floor(now / (REFUSAL_TOLD_SECONDS * 1000))}`), { at: now }, Math.floor(now / 1000) + REFUSAL_TOLD_SECONDS);
    try {
      await commit(needs, [alerted], [alerting('warning', 'git-host-refused', { service, environment: null, ...(pipeline === undefined ? {} : { pipeline }) }, `${host} was not told of ${what}: ${error.message}`)]);
    } catch (conflict) {
      // People were told today.
      if (!(conflict instanceof SlipwayError && conflict.name === 'Conflict')) throw conflict;
    }
    return null;
  }
}
