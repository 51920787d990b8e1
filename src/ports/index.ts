/** Everything a use case may need, by name. A use case takes `Pick<Ports, ...>`: exactly what it uses. */
import type { Judge } from '../domain/judge/judge.ts';
import type { ArtifactStore } from './artifacts.ts';
import type { Builder } from './builder.ts';
import type { Clock, Ids } from './clock.ts';
import type { CommandRunner } from './commands.ts';
import type { EnvironmentsSource } from './environments.ts';
import type { HttpChecks } from './http-checks.ts';
import type { Identities } from './identities.ts';
import type { InstanceLogs } from './instance-logs.ts';
import type { ItemStore } from './item-store.ts';
import type { JobEvents } from './job-events.ts';
import type { Metrics } from './metrics.ts';
import type { Notifier } from './notifier.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { ParallelRuns } from './parallel-runs.ts';
import type { RecordingFiles, Recorders } from './recorders.ts';
import type { Settings } from './settings.ts';
import type { SlackReplies } from './slack-replies.ts';
import type { Sources } from './sources.ts';
import type { Targets } from './target.ts';
import type { WebhookSecrets } from './webhook-secrets.ts';

export interface Ports {
  readonly store: ItemStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly orchestrator: Orchestrator;
  readonly targets: Targets;
  readonly artifacts: ArtifactStore;
  readonly sources: Sources;
  readonly builder: Builder;
  readonly commands: CommandRunner;
  readonly httpChecks: HttpChecks;
  readonly metrics: Metrics;
  readonly judge: Judge;
  readonly parallelRuns: ParallelRuns;
  readonly recorders: Recorders;
  readonly recordingFiles: RecordingFiles;
  readonly notifier: Notifier;
  readonly environments: EnvironmentsSource;
  readonly webhookSecrets: WebhookSecrets;
  readonly settings: Settings;
  readonly slackReplies: SlackReplies;
  readonly identities: Identities;
  readonly instanceLogs: InstanceLogs;
  readonly jobEvents: JobEvents;
}
