/** The keys that requests of git hosts and Slack are signed with. */
import { createGivenSecrets } from '../../../adapters/aws/given-secrets.ts';
import { awsConfig, processEnvironment } from '../../../config.ts';
import type { Part } from '../../platform.ts';

export const webhookSecrets: Part<'webhookSecrets'> = async () => {
  const config = awsConfig(processEnvironment());
  return createGivenSecrets({ github: config.githubSecret, slack: config.slackSecret });
};
