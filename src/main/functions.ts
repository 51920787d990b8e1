/** Every handler of functions/ by the name its function has. A test holds folder = registry. */
import { handler as admit } from '../../functions/admit.ts';
import { handler as advance } from '../../functions/advance.ts';
import { handler as api } from '../../functions/api.ts';
import { handler as assessTests } from '../../functions/assess-tests.ts';
import { handler as authorizer } from '../../functions/authorizer.ts';
import { handler as build } from '../../functions/build.ts';
import { handler as buildFinished } from '../../functions/build-finished.ts';
import { handler as conclude } from '../../functions/conclude.ts';
import { handler as diagnose } from '../../functions/diagnose.ts';
import { handler as expireApproval } from '../../functions/expire-approval.ts';
import { handler as finish } from '../../functions/finish.ts';
import { handler as imagePushed } from '../../functions/image-pushed.ts';
import { handler as judge } from '../../functions/judge.ts';
import { handler as lendCredential } from '../../functions/lend-credential.ts';
import { handler as logIn } from '../../functions/log-in.ts';
import { handler as openGate } from '../../functions/open-gate.ts';
import { handler as openStage } from '../../functions/open-stage.ts';
import { handler as plan } from '../../functions/plan.ts';
import { handler as platformEvent } from '../../functions/platform-event.ts';
import { handler as reconcile } from '../../functions/reconcile.ts';
import { handler as registerArtifact } from '../../functions/register-artifact.ts';
import { handler as relay } from '../../functions/relay.ts';
import { handler as requestApproval } from '../../functions/request-approval.ts';
import { handler as revert } from '../../functions/revert.ts';
import { handler as runGate } from '../../functions/run-gate.ts';
import { handler as settle } from '../../functions/settle.ts';
import { handler as shrink } from '../../functions/shrink.ts';
import { handler as slack } from '../../functions/slack.ts';
import { handler as slackConnect } from '../../functions/slack-connect.ts';
import { handler as slackWorker } from '../../functions/slack-worker.ts';
import { handler as subscriberSlack } from '../../functions/subscribers/slack.ts';
import { handler as subscriberNotifications } from '../../functions/subscribers/notifications.ts';
import { handler as sweepOutbox } from '../../functions/sweep-outbox.ts';
import { handler as sweep } from '../../functions/sweep.ts';
import { handler as sweepRepositories } from '../../functions/sweep-repositories.ts';
import { handler as subscriberGitHosts } from '../../functions/subscribers/git-hosts.ts';
import { handler as targetEc2 } from '../../functions/targets/ec2.ts';
import { handler as targetEcs } from '../../functions/targets/ecs.ts';
import { handler as targetLambda } from '../../functions/targets/lambda.ts';
import { handler as targetProcess } from '../../functions/targets/process.ts';
import { handler as test } from '../../functions/test.ts';
import { handler as watch } from '../../functions/watch.ts';
import { handler as webhook } from '../../functions/webhook.ts';

export const HANDLERS = {
  'slipway-admit': admit,
  'slipway-advance': advance,
  'slipway-api': api,
  'slipway-assess-tests': assessTests,
  'slipway-authorizer': authorizer,
  'slipway-build': build,
  'slipway-build-finished': buildFinished,
  'slipway-conclude': conclude,
  'slipway-diagnose': diagnose,
  'slipway-expire-approval': expireApproval,
  'slipway-finish': finish,
  'slipway-image-pushed': imagePushed,
  'slipway-judge': judge,
  'slipway-lend-credential': lendCredential,
  'slipway-log-in': logIn,
  'slipway-open-gate': openGate,
  'slipway-open-stage': openStage,
  'slipway-plan': plan,
  'slipway-platform-event': platformEvent,
  'slipway-reconcile': reconcile,
  'slipway-register-artifact': registerArtifact,
  'slipway-relay': relay,
  'slipway-request-approval': requestApproval,
  'slipway-revert': revert,
  'slipway-run-gate': runGate,
  'slipway-settle': settle,
  'slipway-shrink': shrink,
  'slipway-slack': slack,
  'slipway-slack-connect': slackConnect,
  'slipway-slack-worker': slackWorker,
  'slipway-subscriber-slack': subscriberSlack,
  'slipway-subscriber-notifications': subscriberNotifications,
  'slipway-sweep': sweep,
  'slipway-sweep-outbox': sweepOutbox,
  'slipway-sweep-repositories': sweepRepositories,
  'slipway-subscriber-git-hosts': subscriberGitHosts,
  'slipway-target-ec2': targetEc2,
  'slipway-target-ecs': targetEcs,
  'slipway-target-lambda': targetLambda,
  'slipway-target-process': targetProcess,
  'slipway-test': test,
  'slipway-watch': watch,
  'slipway-webhook': webhook,
} as const;
export type FunctionName = keyof typeof HANDLERS;
