/** GitHub's push webhook, as far as Slipway needs it. https://docs.github.com/en/webhooks/webhook-events-and-payloads#push */
import * as z from 'zod';

export const GithubPush = z.object({
  ref: z.string().min(1).max(500),
  before: z.string().regex(/^[0-9a-f]{40,64}$/),
  after: z.string().regex(/^[0-9a-f]{40,64}$/),
  deleted: z.boolean().default(false),
  repository: z.object({ clone_url: z.string().max(500).optional(), ssh_url: z.string().max(500).optional(), url: z.string().max(500).optional(), html_url: z.string().max(500).optional() }),
  pusher: z.object({ name: z.string().max(200) }).optional(),
});
export type GithubPush = z.infer<typeof GithubPush>;
