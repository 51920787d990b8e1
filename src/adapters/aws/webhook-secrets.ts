/** The keys of webhooks and Slack, kept as secrets that the installation names. */
import { NotFound } from '../../domain/errors.ts';
import type { SecretSource } from '../../ports/secrets.ts';
import type { WebhookSecrets } from '../../ports/webhook-secrets.ts';

export interface WebhookSecretsOptions {
  readonly secrets: SecretSource;
  /** References, such as `secretsmanager:slipway/github-webhook`; null in a function that takes no such requests. */
  readonly github: string | null;
  readonly slack: string | null;
}

function demand(reference: string | null, variable: string): string {
  if (reference === null) throw new NotFound(`This function was not given ${variable}, so nothing can be verified and everything is refused. Name the secret in serverless.yml and deploy again: docs/aws.md.`, { variable });
  return reference;
}

/** @throws NotFound naming the variable or the secret that is not there: a request that cannot be verified is refused */
export const createWebhookSecrets = ({ secrets, github, slack }: WebhookSecretsOptions): WebhookSecrets => ({
  github: async () => secrets.resolve(demand(github, 'SLIPWAY_GITHUB_SECRET')),
  slack: async () => secrets.resolve(demand(slack, 'SLIPWAY_SLACK_SECRET')),
});
