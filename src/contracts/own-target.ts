/** A user's own target on one machine: which kind, and where it answers. On AWS it is the function `slipway-target-<kind>` and needs no entry. */
import * as z from 'zod';
import type { SlipwayError } from '../domain/errors.ts';
import { errorNamed } from './target-errors.ts';

/** With the prefix at most 64 characters; https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
export const OwnTargetKind = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'lower case letters, digits and hyphens, at most 31');

/** `targets/<kind>.json` of the data directory. A module's path is absolute, or relative to that file. */
export const OwnTargetPlace = z.union([
  z.strictObject({ module: z.string().min(1).max(4096) }),
  z.strictObject({ url: z.url({ protocol: /^https?$/ }).max(2000) }),
]);
export type OwnTargetPlace = z.infer<typeof OwnTargetPlace>;

/** Takes one verb and answers its result. Rejects with one of the errors of `targetError`. */
export type Send = (request: unknown) => Promise<unknown>;

/** How a target says that it failed, where it cannot throw: what Lambda answers for a function that threw; https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html */
export const Thrown = z.object({ errorType: z.string().min(1), errorMessage: z.string().default('') });
export type Thrown = z.infer<typeof Thrown>;

export const targetError = (target: string, { errorType, errorMessage }: Thrown): SlipwayError => errorNamed(errorType, errorMessage, { target, error: errorType }, `The target "${target}" failed: ${errorType}: ${errorMessage}`);
