/** What every git host's webhook comes down to: who sent it is proven, and what it says is a list of pushes. */
import type * as z from 'zod';
import { InvalidInput } from '../../domain/errors.ts';
import type { PushedImage } from '../../domain/image.ts';
import type { PullRequestRef } from '../../domain/pull-request.ts';
import type { WorkflowRun } from '../../domain/workflow.ts';

export interface HookRequest {
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The raw bytes, as they were signed. */
  readonly body: Uint8Array;
  readonly nowMs: number;
}

/** One branch or tag that moved. */
export interface Push {
  /** A full name such as `refs/heads/main`. */
  readonly ref: string;
  /** Commit ids; all zeros for a branch that was not there before, or is not any more. */
  readonly before: string;
  readonly after: string;
  /** Every address that the host gives the repository. */
  readonly addresses: readonly string[];
  /** A name, never a mail address. */
  readonly pusher: string | null;
  /** Set for a pull request: `after` is its head, `before` the commit it is compared with. Nothing of it is released. */
  readonly pullRequest?: PullRequestRef;
  /** Set for the end of a run of the host's CI: `after` is its commit, and `before` says nothing. */
  readonly workflow?: WorkflowRun;
}

export type HookMessage =
  | { readonly kind: 'ping' }
  /** Nothing that Slipway acts on. */
  | { readonly kind: 'unused'; readonly event: string; readonly used: string }
  /** An image in the host's registry. */
  | { readonly kind: 'image'; readonly delivery: string | undefined; readonly deliveryFrom: string; readonly image: PushedImage }
  /** `delivery` is the host's own name for this request: the same again when the host sends it again. Undefined when it gave none. */
  | { readonly kind: 'pushes'; readonly delivery: string | undefined; readonly deliveryFrom: string; readonly pushes: readonly Push[] };

export interface Hook {
  /** What is checked, for whoever reads the refusal. */
  readonly proof: string;
  /** Whether the sender knows the secret. Takes the same time whatever is wrong. */
  readonly verified: (secret: string, request: HookRequest) => boolean;
  /** @throws InvalidInput for a body that is not what its event says */
  readonly read: (request: HookRequest) => HookMessage;
}

/** So many branches in one request, at most: a mirror that is pushed for the first time may bring thousands. */
export const PUSHES_MAX = 500;

/** @throws InvalidInput naming what it should be */
export function parseBody<T>(schema: z.ZodType<T>, body: Uint8Array, what: string): T {
  try {
    return schema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
  } catch (cause) {
    throw new InvalidInput(`The body is no ${what}. Set the webhook's content type to application/json.`, {}, { cause });
  }
}

/** `0000...`, as long as the other id. */
export const noCommit = (like: string): string => '0'.repeat(like.length);
export const present = (...addresses: readonly (string | null | undefined)[]): string[] => addresses.filter((address) => address !== null && address !== undefined && address !== '') as string[];
