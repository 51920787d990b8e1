/** The platform of the packaged functions: what every one of them has, composed once per execution environment. Parts: aws/parts. */
import { signedExecutions, signedFunctions } from '../adapters/aws/calls/signed-services.ts';
import { traceUrlTemplate } from '../adapters/aws/consoles.ts';
import { createEnvironmentsItem } from '../adapters/aws/environments-item.ts';
import { createLambdaTargets } from '../adapters/aws/lambda-targets.ts';
import { createAlertEvents, createAlertTopic, inTurn } from '../adapters/aws/alert-topics.ts';
import { alertsLeftToSweep, builderLeftToSweep, commandsLeftToSweep } from '../adapters/aws/left-to-sweep.ts';
import { mirrorsNotSupported, recordersNotSupported } from '../adapters/aws/not-supported.ts';
import { createStepFunctions } from '../adapters/aws/step-functions.ts';
import { createSlackReplies } from '../adapters/slack/replies.ts';
import { createAlertLog } from '../adapters/local/alert-log.ts';
import { randomIds } from '../adapters/local/random-ids.ts';
import { systemClock } from '../adapters/local/system-clock.ts';
import { alertKey } from '../app/state/keys.ts';
import { awsConfig, processEnvironment, type AwsConfig } from '../config.ts';
import type { ReplayLimits } from '../domain/replay/limits.ts';
import type { Settings } from '../ports/settings.ts';
import { signedCall, stateTable } from './aws/state-table.ts';
import { telemetry } from './aws/telemetry.ts';
import type { CorePorts, Platform } from './platform.ts';
import { traces } from './trace/traces.ts';

/** The function of tests ends after ten minutes and has one processor (serverless.yml); docs/replay.md says what was measured. */
const REPLAYS: ReplayLimits = { seconds: 420, rate: 300, fileBytes: 16 * 1024 * 1024 };

/** Each look is a state transition that is paid for, and instances take longer to start than on one machine. */
const settingsOf = (config: AwsConfig): Settings => ({ queuePollSeconds: 30, settleFirstSeconds: 2, settleShortestSeconds: 2, settleLongestSeconds: 30, watchSeconds: 60, repairLeaseSeconds: 900, eventsSettleMs: 3000, relayLeaseSeconds: 330, replaysHere: REPLAYS, publicUrl: config.publicUrl, ...(config.machineArnPrefix === null ? {} : { traceUrl: traceUrlTemplate(config.machineArnPrefix) }) });

/** @throws InvalidInput naming a variable that is missing or malformed */
function compose(config: AwsConfig): CorePorts {
  const [call, store] = [signedCall(), stateTable()];
  return {
    store, clock: systemClock, ids: randomIds, settings: settingsOf(config),
    orchestrator: createStepFunctions({ call: signedExecutions(call), machineArnPrefix: config.machineArnPrefix }),
    targets: createLambdaTargets({ call: signedFunctions(call), names: config.targets }),
    notifier: config.alertsTopic === null ? alertsLeftToSweep : inTurn([
      createAlertTopic({ call, topic: config.alertsTopic }), createAlertEvents({ call, bus: 'default' }), createAlertLog({ store, clock: systemClock, ids: randomIds, keyOf: alertKey, log: telemetry.log }),
    ]),
    traces, environments: createEnvironmentsItem({ store }), slackReplies: createSlackReplies({ origin: config.slackOrigin }), builder: builderLeftToSweep, commands: commandsLeftToSweep, parallelRuns: mirrorsNotSupported, recorders: recordersNotSupported,
  };
}

let ports: CorePorts | undefined;

export const platform: Platform = { ports: async () => (ports ??= compose(awsConfig(processEnvironment()))), ...telemetry };
