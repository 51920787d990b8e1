/** A recording with its requests as a stored file; the newest few of a place are kept. */
import type { EnvironmentName, Identity, ServiceName } from '../domain/ids.ts';
import type { RecordedRequest } from '../domain/recording/recorded-request.ts';
import { Recording, RecordingId, type RecordingProgress, recordingText } from '../domain/recording/recording.ts';
import type { Write } from '../ports/item-store.ts';
import type { Ports } from '../ports/index.ts';
import { creating, list } from './state/documents.ts';
import { recordingKey, recordingPartition, recordingPrefix } from './state/keys.ts';

/** Of one service in one environment; older ones go, and the collector of stored files takes their requests. */
const KEPT = 10;

export interface ToKeep {
  readonly service: ServiceName;
  readonly environment: EnvironmentName;
  readonly by: Identity;
  readonly progress: RecordingProgress;
  readonly requests: readonly RecordedRequest[];
  readonly importedFrom?: string;
}

/** Stores the requests. @returns the recording, and the writes that keep it: the caller's transaction */
export async function keepRecording(needs: Pick<Ports, 'store' | 'clock' | 'recordingFiles'>, { service, environment, by, progress, requests, importedFrom }: ToKeep): Promise<{ recording: Recording; writes: readonly Write[] }> {
  const file = await needs.recordingFiles.save(recordingText(requests));
  const endedAt = needs.clock.now();
  const recording: Recording = {
    id: RecordingId.parse(`${environment}-${new Date(endedAt).toISOString().replaceAll(/[^0-9]/g, '')}`), service, environment, digest: file.digest, requests: requests.length, bytes: file.bytes,
    progress, endedAt, endedBy: by, ...(importedFrom === undefined ? {} : { importedFrom }),
  };
  const older = await list(needs.store, Recording, recordingPartition(service), recordingPrefix(environment), 1000, 'descending');
  return { recording, writes: [creating(recordingKey(recording), recording), ...older.slice(KEPT - 1).map(({ key, generation }) => ({ kind: 'delete' as const, key, condition: { generation } }))] };
}
