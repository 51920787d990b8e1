/** The keys of webhooks and Slack, kept as secrets that the installation names. */
import { NotFound, Unauthenticated } from '../../domain/errors.ts';
import { GIT_HOST_NAMES } from '../../domain/git-host.ts';
import type { SecretSource } from '../../ports/secrets.ts';
import type { WebhookSecrets } from '../../ports/webhook-secrets.ts';

export interface WebhookSecretsOptions {
  readonly secrets: SecretSource;
  /** References, such as `secretsmanager:slipway/github-webhook`; null in a function that takes no such requests. */
  readonly github: string | null;
  /** Of one secret that is a JSON object, kind of host -> key: `secretsmanager:slipway/git-webhooks`. Null where GitHub is the only host. */
  readonly gitHosts: string | null;
  readonly slack: string | null;
}

function demand(reference: string | null, variable: string): string {
  if (reference === null) throw new NotFound(`This function was not given ${variable}, so nothing can be verified and everything is refused. Name the secret in serverless.yml and deploy again: docs/aws.md.`, { variable });
  return reference;
}

/** @throws NotFound naming the variable or the secret that is not there, Unauthenticated for a host without a key: a request that cannot be verified is refused */
export const createWebhookSecrets = ({ secrets, github, gitHosts, slack }: WebhookSecretsOptions): WebhookSecrets => ({
  gitHost: async (host) => {
    if (host === 'github') return secrets.resolve(demand(github, 'SLIPWAY_GITHUB_SECRET'));
    if (gitHosts === null) throw new Unauthenticated(`No webhook secret is set up for ${GIT_HOST_NAMES[host]}, so nothing from it can be verified. Set the parameter gitWebhooks and deploy again: docs/aws.md.`);
    return secrets.resolve(`${gitHosts}#${host}`);
  },
  slack: async () => secrets.resolve(demand(slack, 'SLIPWAY_SLACK_SECRET')),
});
