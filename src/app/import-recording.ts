/** Keeps requests of a file as a recording: where no router records, and for what was recorded elsewhere. */
import { InvalidInput } from '../domain/errors.ts';
import type { EnvironmentName, Identity, ServiceName } from '../domain/ids.ts';
import { importedRequests, type ImportRule } from '../domain/recording/import.ts';
import type { RecordedRequest } from '../domain/recording/recorded-request.ts';
import type { Recording } from '../domain/recording/recording.ts';
import type { Ports } from '../ports/index.ts';
import { keepRecording } from './keep-recording.ts';
import { alerting, commit, type CommitNeeds } from './state/commit.ts';
import { getService } from './state/documents.ts';

export interface RecordingImport {
  readonly service: ServiceName;
  readonly environment: EnvironmentName;
  readonly by: Identity;
  /** Its name, for whoever looks at the recording later. */
  readonly file: string;
  readonly rule: ImportRule;
  readonly requests: readonly RecordedRequest[];
}

/** Cleans them here, whoever sends them says they are clean. @throws NotFound; InvalidInput when nothing is left */
export const importRecording = (needs: CommitNeeds & Pick<Ports, 'recordingFiles'>) => async ({ service, environment, by, file, rule, requests }: RecordingImport): Promise<Recording> => {
  await getService(needs.store, service);
  const { kept, leftOut } = importedRequests(requests, rule);
  if (kept.length === 0) throw new InvalidInput(`None of the ${requests.length} requests of ${file} may be kept: methods are ${rule.methods.join(', ')}, bodies ${rule.bodies}. Name their methods with --methods, or --bodies json.`, { file });
  const now = needs.clock.now();
  const progress = { rule: { ...rule, sample: 100, seconds: 1 }, begunAt: now, endsAt: now, taken: requests.length, leftOut, kept: kept.length };
  const { recording, writes } = await keepRecording(needs, { service, environment, by, progress, requests: kept, importedFrom: file });
  await commit(needs, writes, [alerting('info', 'recording', { service, environment }, `${by} imported ${kept.length} requests of ${file} as ${recording.id}.`)]);
  return recording;
};
