/** Recording of requests in the data plane, and the files that come of it. */
import type { Digest, EnvironmentName, ServiceName } from '../domain/ids.ts';
import type { RecordedRequest } from '../domain/recording/recorded-request.ts';
import type { RecordingProgress } from '../domain/recording/recording.ts';
import type { RecordingRule } from '../domain/recording/rule.ts';

/** At most one recording per service and environment; it is in memory until it is taken. */
export interface Recorders {
  /** @throws Conflict when one is under way; NotFound without a route; ProviderUnavailable */
  begin(service: ServiceName, environment: EnvironmentName, rule: RecordingRule): Promise<RecordingProgress>;
  /** Null when none is under way. @throws ProviderUnavailable */
  progress(service: ServiceName, environment: EnvironmentName): Promise<RecordingProgress | null>;
  /** What was recorded so far; it goes on. @throws NotFound when none is under way; ProviderUnavailable */
  requests(service: ServiceName, environment: EnvironmentName): Promise<readonly RecordedRequest[]>;
  /** Ends it and lets go of what it has. Ending what is not there is no error. @throws ProviderUnavailable */
  end(service: ServiceName, environment: EnvironmentName): Promise<void>;
}

/** Texts in the artifact store. */
export interface RecordingFiles {
  save(text: string): Promise<{ digest: Digest; bytes: number }>;
  /** @throws NotFound */
  read(digest: Digest): Promise<string>;
}
