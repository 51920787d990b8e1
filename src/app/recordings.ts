/** What people ask about recordings. Read only. */
import { NotFound } from '../domain/errors.ts';
import type { EnvironmentName, ServiceName } from '../domain/ids.ts';
import type { RecordedRequest } from '../domain/recording/recorded-request.ts';
import { Recording, type RecordingId, type RecordingProgress } from '../domain/recording/recording.ts';
import { parseRequestList } from '../domain/replay/request-list.ts';
import type { Ports } from '../ports/index.ts';
import { list } from './state/documents.ts';
import { recordingPartition, recordingPrefix } from './state/keys.ts';

export interface RecordingsOfPlace {
  readonly underWay: RecordingProgress | null;
  /** Newest first. */
  readonly kept: readonly Recording[];
}

const ALL = 1000;

export const recordings = (needs: Pick<Ports, 'store' | 'recorders'>) => async (service: ServiceName, environment: EnvironmentName): Promise<RecordingsOfPlace> => ({
  underWay: await needs.recorders.progress(service, environment), kept: await keptRecordings(needs, service, environment),
});

export const keptRecordings = async (needs: Pick<Ports, 'store'>, service: ServiceName, environment: EnvironmentName): Promise<Recording[]> =>
  (await list(needs.store, Recording, recordingPartition(service), recordingPrefix(environment), ALL, 'descending')).map((stored) => stored.value);

/** That has a request in it. */
export const newestRecording = async (needs: Pick<Ports, 'store'>, service: ServiceName, environment: EnvironmentName): Promise<Recording | undefined> =>
  (await keptRecordings(needs, service, environment)).find(({ requests }) => requests > 0);

export const noRecording = (service: ServiceName, environment: EnvironmentName): string =>
  `There is no recording of ${service} in ${environment} with a request in it, and no data is never a pass. Make one: slipway recording start ${service} --environment ${environment}, and later: slipway recording stop ${service} --environment ${environment}. Or import one: slipway recording import ${service} FILE --environment ${environment}`;

/** One recording with its requests; absent id: the newest. @throws NotFound */
export const recordingDetail = (needs: Pick<Ports, 'store' | 'recordingFiles'>) => async (service: ServiceName, environment: EnvironmentName, id?: RecordingId): Promise<{ recording: Recording; requests: readonly RecordedRequest[] }> => {
  const kept = await keptRecordings(needs, service, environment);
  const recording = id === undefined ? kept[0] : kept.find((known) => known.id === id);
  if (recording === undefined) throw new NotFound(`There is no recording${id === undefined ? '' : ` ${id}`} of ${service} in ${environment}. See: slipway recording list ${service} --environment ${environment}`);
  return { recording, requests: parseRequestList(await needs.recordingFiles.read(recording.digest), recording.id) };
};
