/** The platform of the packaged functions: what every one of them has, composed once per execution environment. Parts: aws/parts. */
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { signedExecutions, signedFunctions, signedTable } from '../adapters/aws/calls/signed-services.ts';
import { createSignedCall } from '../adapters/aws/calls/signed-call.ts';
import { createDynamoStore } from '../adapters/aws/dynamodb-store.ts';
import { createEnvironmentsItem } from '../adapters/aws/environments-item.ts';
import { createLambdaTargets } from '../adapters/aws/lambda-targets.ts';
import { createAlertEvents, createAlertTopic, inTurn } from '../adapters/aws/alert-topics.ts';
import { alertsLeftToSweep, builderLeftToSweep, commandsLeftToSweep } from '../adapters/aws/left-to-sweep.ts';
import { parallelRunsNotSupported, recordersNotSupported, recordingFilesNotSupported } from '../adapters/aws/not-supported.ts';
import { createStepFunctions } from '../adapters/aws/step-functions.ts';
import { createSlackReplies } from '../adapters/slack/replies.ts';
import { createAlertLog } from '../adapters/local/alert-log.ts';
import { randomIds } from '../adapters/local/random-ids.ts';
import { systemClock } from '../adapters/local/system-clock.ts';
import { recorded } from '../app/state/recorded-store.ts';
import { alertKey } from '../app/state/keys.ts';
import { awsConfig, processEnvironment, signingConfig, type AwsConfig } from '../config.ts';
import type { Settings } from '../ports/settings.ts';
import type { CorePorts, Platform } from './platform.ts';

/** Each look is a state transition that is paid for, and instances take longer to start than on one machine. */
const settingsOf = (config: AwsConfig): Settings => ({ queuePollSeconds: 30, settleFirstSeconds: 2, settleShortestSeconds: 2, settleLongestSeconds: 30, watchSeconds: 60, repairLeaseSeconds: 900, eventsSettleMs: 3000, relayLeaseSeconds: 330, publicUrl: config.publicUrl });

const logger = new Logger({ serviceName: 'slipway' });
const log: Platform['log'] = (level, message, details) => logger[level](message, { ...details });

/** @throws InvalidInput naming a variable that is missing or malformed */
function compose(config: AwsConfig): CorePorts {
  const call = createSignedCall(signingConfig(processEnvironment()));
  const store = recorded(createDynamoStore({ call: signedTable(call), table: config.table }), { clock: systemClock, ids: randomIds });
  return {
    store, clock: systemClock, ids: randomIds, settings: settingsOf(config),
    orchestrator: createStepFunctions({ call: signedExecutions(call), machineArnPrefix: config.machineArnPrefix }),
    targets: createLambdaTargets({ call: signedFunctions(call), names: config.targets }),
    notifier: config.alertsTopic === null ? alertsLeftToSweep : inTurn([
      createAlertTopic({ call, topic: config.alertsTopic }), createAlertEvents({ call, bus: 'default' }), createAlertLog({ store, clock: systemClock, ids: randomIds, keyOf: alertKey, log }),
    ]),
    environments: createEnvironmentsItem({ store }), slackReplies: createSlackReplies({ origin: config.slackOrigin }), builder: builderLeftToSweep, commands: commandsLeftToSweep, parallelRuns: parallelRunsNotSupported, recorders: recordersNotSupported, recordingFiles: recordingFilesNotSupported,
  };
}

let ports: CorePorts | undefined;

const metrics = new Metrics({ namespace: 'Slipway', serviceName: 'slipway' });

/** One line in the log, which CloudWatch reads as a metric: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
const measure: Platform['measure'] = ({ name, value, ...dimensions }) => {
  const one = metrics.singleMetric();
  one.addDimensions(dimensions);
  one.addMetric(name, name === 'RequestMs' ? MetricUnit.Milliseconds : MetricUnit.Count, value);
};

export const platform: Platform = { ports: async () => (ports ??= compose(awsConfig(processEnvironment()))), log, measure };
