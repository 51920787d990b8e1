/** The keys of webhooks, as the stack gives them to the two functions that check signatures. */
import { NotFound } from '../../domain/errors.ts';
import type { WebhookSecrets } from '../../ports/webhook-secrets.ts';

function demand(value: string | null, variable: string): string {
  if (value === null) throw new NotFound(`This function was not given ${variable}, so nothing can be verified and everything is refused. Create the secret and deploy again: docs/aws.md.`, { variable });
  return value;
}

/** @throws NotFound naming the variable that is not there: a request that cannot be verified is refused */
export const createGivenSecrets = ({ github, slack }: { readonly github: string | null; readonly slack: string | null }): WebhookSecrets => ({
  github: async () => demand(github, 'SLIPWAY_GITHUB_SECRET'),
  slack: async () => demand(slack, 'SLIPWAY_SLACK_SECRET'),
});
