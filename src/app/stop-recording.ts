/** Ends a recording and keeps it. */
import type { EnvironmentName, Identity, ServiceName } from '../domain/ids.ts';
import { NotFound } from '../domain/errors.ts';
import type { Recording } from '../domain/recording/recording.ts';
import type { Ports } from '../ports/index.ts';
import { keepRecording } from './keep-recording.ts';

/** @throws NotFound when none is under way; ProviderUnavailable */
export const stopRecording = (needs: Pick<Ports, 'store' | 'clock' | 'recorders' | 'recordingFiles'>) => async (input: { service: ServiceName; environment: EnvironmentName; by: Identity }): Promise<Recording> => {
  const { service, environment } = input;
  const progress = await needs.recorders.progress(service, environment);
  if (progress === null) throw new NotFound(`Nothing is recorded of ${service} in ${environment}. Start it: slipway recording start ${service} --environment ${environment}`);
  const requests = await needs.recorders.requests(service, environment);
  const { recording, writes } = await keepRecording(needs, { ...input, progress, requests });
  // Stored before the data plane forgets it: what ends here is never lost in between.
  await needs.store.transact(writes);
  await needs.recorders.end(service, environment);
  return recording;
};
