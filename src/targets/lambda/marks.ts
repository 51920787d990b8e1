/** What the target writes on functions, versions and aliases, so that it finds its way again without a store of its own. */
import * as z from 'zod';
import { RevisionId } from '../../domain/ids.ts';

/** The description of $LATEST and of a version: which revision it was made for, and the how-manieth try. */
const PREFIX = 'slipway ';

export const versionMark = (revision: RevisionId): string => `${PREFIX}${revision}`;

/** Null for a version that somebody else made. */
export function revisionMarked(description: string | undefined): RevisionId | null {
  if (description?.startsWith(PREFIX) !== true) return null;
  return RevisionId.safeParse(description.slice(PREFIX.length)).data ?? null;
}

/**
 * The description of a revision's alias: which functions the revision has, how many environments are kept warm, and the digest of the
 * code as Lambda says it. At most 256 characters, https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html
 */
const RevisionMark = z.strictObject({ functions: z.array(z.string()).min(1), warm: z.int().min(0), code: z.string() });
export type RevisionMark = z.infer<typeof RevisionMark>;
export const ALIAS_DESCRIPTION_MAX = 256;

export const revisionMark = (mark: RevisionMark): string => JSON.stringify(mark);

/** The description of the alias that has the traffic: since when it is as it is, milliseconds since the epoch. */
const RouteMark = z.object({ movedAt: z.number() });
export const routeMark = (movedAt: number): string => JSON.stringify({ movedAt });

export const readRevisionMark = (description: string | undefined): RevisionMark | null => RevisionMark.safeParse(document(description)).data ?? null;
/** 0 when nobody has written it: long ago. */
export const movedAt = (description: string | undefined): number => RouteMark.safeParse(document(description)).data?.movedAt ?? 0;

function document(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

/** Tags of every function that the target has made. One without them is somebody else's and is not touched. */
export const SERVICE_TAG = 'slipway:service';
export const ENVIRONMENT_TAG = 'slipway:environment';
export const tagsOf = ({ service, environment }: { readonly service: string; readonly environment: string }): Record<string, string> => ({ [SERVICE_TAG]: service, [ENVIRONMENT_TAG]: environment });
