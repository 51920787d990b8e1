/** Fields that the webhooks of git hosts have in common. */
import * as z from 'zod';
import { REPOSITORY_URL_MAX } from '../limits.ts';

/** Commit ids of SHA-1 or SHA-256, so that none is ever taken for an option; all zeros where there is none. */
export const Commit = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);
/** One that is no branch, or none that git takes, is refused with its name, so it is only kept from being something to show. */
export const RefName = z.string().min(1).max(500).regex(/^\P{C}+$/u);
export const BranchName = z.string().min(1).max(400);
export const Address = z.string().max(REPOSITORY_URL_MAX).nullish();
export const PersonName = z.string().max(200).nullish();
