/** Ends a recording and keeps it: its requests as a stored file, the newest few recordings of a place. */
import type { EnvironmentName, Identity, ServiceName } from '../domain/ids.ts';
import { NotFound } from '../domain/errors.ts';
import { Recording, RecordingId, recordingText } from '../domain/recording/recording.ts';
import type { Ports } from '../ports/index.ts';
import { creating, list } from './state/documents.ts';
import { recordingKey, recordingPartition, recordingPrefix } from './state/keys.ts';

/** Of one service in one environment; older ones go, and the collector of stored files takes their requests. */
const KEPT = 10;

/** @throws NotFound when none is under way; ProviderUnavailable */
export const stopRecording = (needs: Pick<Ports, 'store' | 'clock' | 'recorders' | 'recordingFiles'>) => async (input: { service: ServiceName; environment: EnvironmentName; by: Identity }): Promise<Recording> => {
  const { service, environment, by } = input;
  const progress = await needs.recorders.progress(service, environment);
  if (progress === null) throw new NotFound(`Nothing is recorded of ${service} in ${environment}. Start it: slipway recording start ${service} --environment ${environment}`);
  const requests = await needs.recorders.requests(service, environment);
  const file = await needs.recordingFiles.save(recordingText(requests));
  const endedAt = needs.clock.now();
  const recording: Recording = { id: RecordingId.parse(`${environment}-${new Date(endedAt).toISOString().replaceAll(/[^0-9]/g, '')}`), service, environment, digest: file.digest, requests: requests.length, bytes: file.bytes, progress, endedAt, endedBy: by };
  const older = await list(needs.store, Recording, recordingPartition(service), recordingPrefix(environment), 1000, 'descending');
  // Stored before the data plane forgets it: what ends here is never lost in between.
  await needs.store.transact([creating(recordingKey(recording), recording), ...older.slice(KEPT - 1).map(({ key, generation }) => ({ kind: 'delete' as const, key, condition: { generation } }))]);
  await needs.recorders.end(service, environment);
  return recording;
};
