/** Fields that the webhooks of git hosts have in common. */
import * as z from 'zod';
import { REPOSITORY_URL_MAX } from '../limits.ts';

/** Commit ids of SHA-1 or SHA-256, so that none is ever taken for an option; all zeros where there is none. */
export const Commit = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);
/** What git itself takes as a name (git-check-ref-format(1)): no control characters, spaces or ~ ^ : ? * [ \ and nothing before `refs/`. */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
export const RefName = z.string().max(500).regex(/^refs\/[^\u0000-\u0020\u007f~^:?*[\\]+$/);
export const BranchName = z.string().min(1).max(400);
export const Address = z.string().max(REPOSITORY_URL_MAX).nullish();
export const PersonName = z.string().max(200).nullish();
