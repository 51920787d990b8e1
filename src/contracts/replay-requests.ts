/** The requests of a replay out of the text of a recording, a HAR file or a list. */
import { InvalidInput } from '../domain/errors.ts';
import type { Replay } from '../domain/manifest.ts';
import type { RecordedRequest } from '../domain/recording/recorded-request.ts';
import { parseRequestList } from '../domain/replay/request-list.ts';
import { parseHar } from './har.ts';

export interface ReplayRequests {
  readonly requests: readonly RecordedRequest[];
  /** Those whose method the manifest does not name. */
  readonly leftOut: number;
  /** Entries of a HAR file that no server was asked. */
  readonly notAsked: number;
}

/** @param text what `from` names has @throws InvalidInput naming file, line and reason */
export function replayRequests({ from, methods }: Pick<Replay, 'from' | 'methods'>, text: string): ReplayRequests {
  const { requests: all, notAsked } = isHar(from) ? parseHar(text, from) : { requests: parseRequestList(text, from), notAsked: 0 };
  const requests = all.filter(({ method }) => (methods as readonly string[]).includes(method));
  if (requests.length === 0) throw new InvalidInput(`${from}: none of its ${all.length} requests has a method of ${methods.join(', ')}. Name its methods in "methods" of the test.`, { from });
  return { requests, leftOut: all.length - requests.length, notAsked };
}

export const isHar = (file: string): boolean => file.toLowerCase().endsWith('.har');
