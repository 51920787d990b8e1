/** Which release a pipeline is about, for its spans. It is known once the pipeline is built; what ended before has none. */
import { PipelineId } from '../../domain/ids.ts';
import { Pipeline } from '../../domain/pipeline.ts';
import type { Span } from '../../domain/trace/span.ts';
import { read } from '../../app/state/documents.ts';
import { pipelineKey } from '../../app/state/keys.ts';
import type { ItemStore } from '../../ports/item-store.ts';

/** Pipelines whose release is remembered; the one that was asked for longest ago goes first. */
const REMEMBERED_MAX = 500;

export function withReleases(store: () => Pick<ItemStore, 'get'>): (spans: readonly Span[]) => Promise<readonly Span[]> {
  const known = new Map<string, string>();
  const releaseOf = async (id: PipelineId): Promise<string | undefined> => {
    const release = known.get(id) ?? (await read(store() as ItemStore, Pipeline, pipelineKey(id)))?.value.release ?? undefined;
    known.delete(id);
    if (release !== undefined) known.set(id, release);
    for (const [oldest] of known) {
      if (known.size <= REMEMBERED_MAX) break;
      known.delete(oldest);
    }
    return release;
  };
  return async (spans) => {
    const ids = new Set(spans.flatMap(({ attributes }) => PipelineId.safeParse(attributes['slipway.pipeline']).data ?? []));
    const releases = new Map<unknown, string | undefined>();
    for (const id of ids) releases.set(id, await releaseOf(id));
    return spans.map((span) => {
      const release = releases.get(span.attributes['slipway.pipeline']);
      return release === undefined ? span : { ...span, attributes: { ...span.attributes, 'slipway.release': release } };
    });
  };
}
