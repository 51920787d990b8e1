/** Starts recording requests of a service in an environment. */
import type { EnvironmentName, Identity, ServiceName } from '../domain/ids.ts';
import type { RecordingProgress } from '../domain/recording/recording.ts';
import type { RecordingRule } from '../domain/recording/rule.ts';
import type { Ports } from '../ports/index.ts';
import { alerting, commit, type CommitNeeds } from './state/commit.ts';
import { getService } from './state/documents.ts';

/** Said to everybody: requests of users are kept from now on. @throws NotFound, Conflict when one is under way, ProviderUnavailable */
export const startRecording = (needs: CommitNeeds & Pick<Ports, 'recorders'>) => async (input: { service: ServiceName; environment: EnvironmentName; by: Identity; rule: RecordingRule }): Promise<RecordingProgress> => {
  const { service, environment, by, rule } = input;
  await getService(needs.store, service);
  const progress = await needs.recorders.begin(service, environment, rule);
  await commit(needs, [], [alerting('info', 'recording', { service, environment }, `${by} records ${rule.sample} % of the requests (${rule.methods.join(', ')}) for ${rule.seconds} s at most.`)]);
  return progress;
};
