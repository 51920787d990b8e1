/** Pull requests whose plan is shown where people review them. */
import * as z from 'zod';
import { shownToAll } from './shown-to-all.ts';

export const PullRequestRef = z.strictObject({
  number: z.int().min(1).max(2 ** 31),
  /** The branch that it is to go into. */
  into: z.string().min(1).max(400),
});
export type PullRequestRef = z.infer<typeof PullRequestRef>;

/** What is to be shown on one, and what is shown: its comment by the host's own id, and the text that the host has taken. */
export const PlannedPullRequest = z.strictObject({
  repository: z.string().min(1),
  number: PullRequestRef.shape.number,
  /** When the event that this follows from came: one that is read later but came earlier changes nothing. */
  receivedAt: z.number(),
  text: z.string().min(1),
  comment: z.string().nullable(),
  shown: z.string().nullable(),
});
export type PlannedPullRequest = z.infer<typeof PlannedPullRequest>;

/** Stands while a pull request does not show what it should. */
export const UnshownPullRequest = z.strictObject({ repository: z.string().min(1), number: PullRequestRef.shape.number });

/** Marks our comment among those of the same author; people do not see it. */
export const PLAN_MARKER = '<!-- slipway:plan -->';
/** GitHub takes 65,536. */
const TEXT_MAX = 60_000;

/** @param parts lines about each service that it touches; none: it touches no service */
export function commentText(head: string, parts: readonly (readonly string[])[]): string {
  const about = `Commit \`${head.slice(0, 12)}\`. Nothing of it is built or run for this: the manifests are read, and plans compiled against what serves now. Each pipeline compiles its own when its turn comes, and asks its target then whether it can.`;
  const shown = parts.length === 0 ? ['It changes no file of a service, so merging it releases nothing.'] : parts.map(shownToAll);
  let text = [PLAN_MARKER, '### Slipway: what merging this would do', about].join('\n\n');
  for (const [index, part] of shown.entries()) {
    if (text.length + part.length > TEXT_MAX) return `${text}\n\n${shown.length - index} more are left out here. See them with \`slipway plan\` once they are released.`;
    text += `\n\n${part}`;
  }
  return text;
}
