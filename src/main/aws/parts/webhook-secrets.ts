/** The keys that requests of git hosts and Slack are signed with. */
import { createWebhookSecrets } from '../../../adapters/aws/webhook-secrets.ts';
import { awsConfig, processEnvironment } from '../../../config.ts';
import type { Part } from '../../platform.ts';
import { secretSource } from './secrets.ts';

export const webhookSecrets: Part<'webhookSecrets'> = async () => {
  const config = awsConfig(processEnvironment());
  return createWebhookSecrets({ secrets: secretSource(), github: config.githubSecret, gitHosts: config.gitWebhookSecrets, slack: config.slackSecret });
};
