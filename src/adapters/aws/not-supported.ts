/** What this platform cannot do yet says so, each time it is asked: nothing succeeds in silence. */
import { NotSupported } from '../../domain/errors.ts';
import type { RecordingFiles, Recorders } from '../../ports/recorders.ts';
import type { ParallelRuns } from '../../ports/parallel-runs.ts';

/** Rejects, as the port's own failures do. */
const refusing = (what: string) => (): Promise<never> =>
  Promise.reject(new NotSupported(`${what} comes with the AWS adapters; this installation does not have it. Use "slipway up", which has.`, { port: what }));

export const parallelRunsNotSupported: ParallelRuns = { read: refusing('Mirroring requests') };
const recording = refusing('Recording requests');
export const recordersNotSupported: Recorders = { begin: recording, progress: async () => null, requests: recording, end: recording };
export const recordingFilesNotSupported: RecordingFiles = { save: recording, read: recording };
