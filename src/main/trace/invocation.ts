/** One invocation by Lambda: a span of its own under the function's, as that one can be given nothing to be found by. On one machine a task, or a request, is the span. */
import { telemetry } from '#telemetry';
import { subject } from '../subject.ts';
import { attributesOf } from './attributes.ts';
import { followRequests } from './outgoing.ts';
import { inSpan } from './work.ts';

export async function invocation<R>(run: () => Promise<R>): Promise<R> {
  const sink = telemetry.spans();
  const parent = sink?.incoming() ?? null;
  if (sink === null || parent?.isSampled !== true) return run();
  followRequests();
  const attributes = attributesOf(subject());
  try {
    return await inSpan({ name: String(attributes['slipway.function'] ?? 'slipway'), kind: 'internal', attributes, parent }, run);
  } finally {
    await sink.left();
  }
}
