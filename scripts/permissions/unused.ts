/** Actions that roles allow and that no call of the emulated runs makes, with the reason. docs/permissions.md shows them. */

export interface Reason {
  readonly actions: readonly string[];
  /** Functions, the build project, roles of environments, none of which uses it; 'all' that have the action and do not use it. */
  readonly holders: 'all' | readonly string[];
  readonly why: string;
}

const NO_SLACK = 'There is no Slack in the emulated runs: `test/slack` has it, with a stand-in for Slack. The calls are those of other functions.';
const SUBSCRIBERS = ['slipway-subscriber-git-hosts', 'slipway-subscriber-notifications', 'slipway-subscriber-slack'];

export const REASONS: readonly Reason[] = [
  { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], holders: 'all', why: 'Lambda and CodeBuild themselves write the log, with the role of what they run.' },
  { actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], holders: 'all', why: 'Lambda itself sends the traces, with the function\'s role.' },
  { actions: ['sqs:SendMessage'], holders: 'all', why: 'Lambda itself sends an event that failed to the on-failure destination, with the function\'s role.' },
  { actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], holders: SUBSCRIBERS, why: 'Lambda itself takes messages from the queue that rings a subscriber, with the function\'s role.' },
  { actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'], holders: ['slipway-relay'], why: 'Lambda itself reads the table\'s stream, with the function\'s role.' },
  { actions: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:DeleteItem'], holders: 'all', why: 'One layer (`src/app/state`) reads and writes documents and their outbox: which of the four it comes to depends on what is stored, so a function has the policy `ReadsState`, or that and `WritesState`, whole.' },
  { actions: ['s3:ListBucket'], holders: ['slipway-api', 'slipway-build-finished', 'slipway-judge', 'slipway-register-artifact', 'slipway-test'], why: 'Nothing lists. Without the right, S3 says "denied" of an object that is not there, and not that it is not there.' },
  { actions: ['states:SendTaskSuccess', 'states:SendTaskFailure'], holders: 'all', why: 'What must follow a write is carried out by whoever wrote, and most writes have no task that waits: a release that is superseded, cancelled or decided upon has.' },
  { actions: ['states:StartExecution'], holders: ['slipway-image-pushed', 'slipway-slack-worker', 'slipway-sweep-outbox', 'slipway-sweep-repositories'], why: 'In the emulated runs no image is pushed, Slack asks for nothing, no start is lost, and each push is told of. The same start is made by `slipway-admit`, `slipway-api` and `slipway-webhook`.' },
  { actions: ['states:StartExecution'], holders: ['slipway-platform-event', 'slipway-sweep'], why: 'In the emulated runs the pass finds drift first: `slipway-reconcile` starts the same repairs.' },
  { actions: ['lambda:InvokeFunction', 'secretsmanager:GetSecretValue'], holders: ['slipway-slack', 'slipway-slack-worker'], why: NO_SLACK },
  { actions: ['secretsmanager:GetSecretValue'], holders: ['slipway-log-in', 'slipway-slack-connect'], why: 'Nobody logs in on a provider\'s page in the emulated runs, and no Slack app is looked at: `test/oidc` has a provider, `test/slack` a stand-in for Slack. The call is that of other functions.' },
  { actions: ['secretsmanager:GetSecretValue'], holders: ['slipway-admit', 'slipway-lend-credential', 'slipway-sweep-repositories', 'slipway-test', ...SUBSCRIBERS], why: 'Repositories of the emulated runs are public, and nobody is told. `test/aws/aws-secrets.test.ts` makes the same call as `slipway-webhook`.' },
  { actions: ['sns:Publish'], holders: ['slipway-subscriber-notifications'], why: 'No rule for notifications names a topic. `slipway-sweep-outbox` publishes by the same call.' },
  { actions: ['codebuild:StopBuild'], holders: ['slipway-run-gate', 'slipway-sweep-outbox'], why: 'No gate is cancelled while its command runs, and nothing is left to the sweep: `slipway-build` and `slipway-test` stop runs by the same call.' },
  { actions: ['s3:GetObject'], holders: ['slipway-run-gate'], why: 'A command of a gate runs on a commit there, so no artifact is copied for it as `slipway-test` does.' },
  { actions: ['s3:GetObject', 's3:PutObject'], holders: ['slipway-api'], why: 'No recording is imported in the emulated runs. `test/aws/s3-artifacts.test.ts` stores and reads by the same calls.' },
  { actions: ['lambda:GetLayerVersion'], holders: ['slipway-<environment>'], why: 'Asked by Lambda itself for a function with layers; the emulator has none.' },
];

const names = ({ actions, holders }: Reason, holder: string, action: string): boolean => actions.includes(action) && holders !== 'all' && holders.includes(holder);
const isExcused = (holder: string, action: string): boolean => REASONS.some((reason) => names(reason, holder, action) || (reason.holders === 'all' && reason.actions.includes(action)));

type ByHolder = Readonly<Record<string, readonly string[]>>;
const those = (all: ByHolder, wanted: (holder: string, action: string) => boolean): ByHolder =>
  Object.fromEntries(Object.entries(all).map(([holder, actions]) => [holder, actions.filter((action) => wanted(holder, action))] as const).filter(([, actions]) => actions.length > 0));

/** What nobody uses and nobody explains. */
export const unexcused = (unused: ByHolder): ByHolder => those(unused, (holder, action) => !isExcused(holder, action));
/** What is used after all by somebody whom a reason names: the page would say something wrong. */
export const falselyExcused = (used: ByHolder): ByHolder => those(used, (holder, action) => REASONS.some((reason) => names(reason, holder, action)));
