/** What this platform cannot do yet says so, each time it is asked: nothing succeeds in silence. */
import { NotSupported } from '../../domain/errors.ts';
import type { ArtifactStore } from '../../ports/artifacts.ts';
import type { Builder } from '../../ports/builder.ts';
import type { CommandRunner } from '../../ports/commands.ts';
import type { InstanceLogs } from '../../ports/instance-logs.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { RecordingFiles, Recorders } from '../../ports/recorders.ts';
import type { ParallelRuns } from '../../ports/parallel-runs.ts';
import type { Sources } from '../../ports/sources.ts';

/** Rejects, as the port's own failures do. */
const refusing = (what: string) => (): Promise<never> =>
  Promise.reject(new NotSupported(`${what} comes with the AWS adapters; this installation does not have it. Use "slipway up", which has.`, { port: what }));

const artifacts = refusing('The artifact store on S3');
const sources = refusing('Reading repositories from Lambda');
const metrics = refusing('Reading metrics from CloudWatch');

export const artifactsNotSupported: ArtifactStore = { put: artifacts, has: artifacts, unpack: artifacts, tail: artifacts };
export const sourcesNotSupported: Sources = { fetch: sources, manifests: sources, changedPaths: sources, checkout: sources };
export const metricsNotSupported: Metrics = { read: metrics };
/** As none can have been started, there is never one to cancel. */
export const builderNotSupported: Builder = { start: refusing('Building with CodeBuild'), cancel: async () => false };
export const commandsNotSupported: CommandRunner = { start: refusing('Running a command with CodeBuild'), cancel: async () => 0 };
export const instanceLogsNotSupported: InstanceLogs = { tail: refusing('Reading the output of instances from CloudWatch Logs') };
export const parallelRunsNotSupported: ParallelRuns = { read: refusing('Mirroring requests') };
const recording = refusing('Recording requests');
export const recordersNotSupported: Recorders = { begin: recording, progress: async () => null, requests: recording, end: recording };
export const recordingFilesNotSupported: RecordingFiles = { save: recording, read: recording };
