/** The platform of the packaged functions: every port with its AWS adapter, composed once per execution environment. */
import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';
import { closedIdentities } from '../adapters/aws/closed-identities.ts';
import { createDynamoStore } from '../adapters/aws/dynamodb-store.ts';
import { createEnvironmentsItem } from '../adapters/aws/environments-item.ts';
import { createGivenSecrets } from '../adapters/aws/given-secrets.ts';
import { createLambdaTargets } from '../adapters/aws/lambda-targets.ts';
import { artifactsNotSupported, builderNotSupported, commandsNotSupported, instanceLogsNotSupported, metricsNotSupported, parallelRunsNotSupported, sourcesNotSupported } from '../adapters/aws/not-supported.ts';
import { createStepFunctions } from '../adapters/aws/step-functions.ts';
import { createSlackReplies } from '../adapters/local/slack-replies.ts';
import { createAlertLog } from '../adapters/local/alert-log.ts';
import { randomIds } from '../adapters/local/random-ids.ts';
import { systemClock } from '../adapters/local/system-clock.ts';
import { alertKey } from '../app/state/keys.ts';
import { awsConfig, processEnvironment, type AwsConfig } from '../config.ts';
import { NotSupported } from '../domain/errors.ts';
import { sequentialJudge } from '../domain/judge/sequential/sequential-judge.ts';
import type { HttpChecks } from '../ports/http-checks.ts';
import type { Ports } from '../ports/index.ts';
import type { Settings } from '../ports/settings.ts';
import type { Platform } from './platform.ts';

/** Each look is a state transition that is paid for, and instances take longer to start than on one machine. */
const settingsOf = (config: AwsConfig): Settings => ({ queuePollSeconds: 30, settleFirstSeconds: 2, settleShortestSeconds: 2, settleLongestSeconds: 30, watchSeconds: 60, repairLeaseSeconds: 900, publicUrl: config.publicUrl });

const logger = new Logger({ serviceName: 'slipway' });
const log: Platform['log'] = (level, message, details) => logger[level](message, { ...details });

/** Loaded at the first check: its HTTP client is half of a bundle, and only one function checks. */
const httpChecks: HttpChecks = {
  run: async (baseUrl, check, timeoutSeconds) => {
    const { createHttpChecks } = await import('../adapters/local/http-checks.ts');
    const checks = createHttpChecks();
    try {
      return await checks.run(baseUrl, check, timeoutSeconds);
    } finally {
      await checks.close();
    }
  },
};

/** @throws InvalidInput naming a variable that is missing or malformed */
function compose(config: AwsConfig): Ports {
  const store = createDynamoStore({ client: new DynamoDBClient({}), table: config.table });
  return {
    store, clock: systemClock, ids: randomIds, judge: sequentialJudge, settings: settingsOf(config),
    orchestrator: createStepFunctions({ client: new SFNClient({}), machineArnPrefix: config.machineArnPrefix }),
    targets: createLambdaTargets({ client: new LambdaClient({}), names: config.targets }),
    notifier: createAlertLog({ store, clock: systemClock, ids: randomIds, keyOf: alertKey, log }),
    environments: createEnvironmentsItem({ store }), webhookSecrets: createGivenSecrets({ github: config.githubSecret, slack: config.slackSecret }), identities: closedIdentities, httpChecks, slackReplies: createSlackReplies(),
    artifacts: artifactsNotSupported, sources: sourcesNotSupported, builder: builderNotSupported, commands: commandsNotSupported, metrics: metricsNotSupported, parallelRuns: parallelRunsNotSupported, instanceLogs: instanceLogsNotSupported,
  };
}

let ports: Ports | undefined;

export const platform: Platform = {
  ports: async () => (ports ??= compose(awsConfig(processEnvironment()))),
  target: async (kind) => {
    throw new NotSupported(`The target "${kind}" is none of AWS. "process" runs services on one machine: use "slipway up".`, { target: kind });
  },
  log,
};
