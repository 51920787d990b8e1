/** Pipelines of all services by what they were, newest first: by the day that they began on, or in the list of one service. */
import * as z from 'zod';
import type { OUTCOMES } from '../contracts/api/deployments.ts';
import { InvalidInput } from '../domain/errors.ts';
import { PipelineId, type EnvironmentName, type ServiceName } from '../domain/ids.ts';
import { Pipeline } from '../domain/pipeline.ts';
import type { Ports } from '../ports/index.ts';
import { pipelinesPart, type PageInput, type Part } from './lists.ts';
import { read } from './state/documents.ts';
import { auditDay, pipelineDayPartition, pipelineKey } from './state/keys.ts';

const DAY_MS = 86_400_000;
const STANDARD_DAYS = 30;
const DAYS_MAX = 366;
/** Pipelines looked at for one answer: a narrow filter gives what it found so far, and a cursor. */
const LOOKED_MAX = 2000;
const PAGE_ITEMS = 100;

export interface PipelineSearch extends PageInput {
  readonly service?: ServiceName | undefined;
  readonly environment?: EnvironmentName | undefined;
  readonly outcome?: (typeof OUTCOMES)[number] | undefined;
  readonly cause?: Pipeline['cause'] | undefined;
  /** Milliseconds since the epoch; when they began. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** What else it must be: of a team, seen by the caller. */
  readonly isWanted: (pipeline: Pipeline) => Promise<boolean>;
}

type Needs = Pick<Ports, 'store' | 'clock'>;
type Page = { readonly pipelines: readonly Pipeline[]; readonly next: string | undefined };

/** @throws InvalidInput for more than 366 days, or a cursor of another list */
export const searchPipelines = (needs: Needs) => async (search: PipelineSearch): Promise<Part<Pipeline>> => {
  const until = Math.min(search.until ?? needs.clock.now(), needs.clock.now());
  // One service's list is short enough to go back to its beginning.
  const since = search.since ?? (search.service === undefined ? until - STANDARD_DAYS * DAY_MS : 0);
  if (search.service === undefined && until - since > DAYS_MAX * DAY_MS) throw new InvalidInput(`That is more than ${DAYS_MAX} days. Narrow it with "since" and "until", or name a service.`);
  const { service } = search;
  const page = service === undefined ? byDay(needs, since, until) : ofService(needs, service, since);
  const items: Pipeline[] = [];
  let [cursor, looked] = [search.cursor, 0];
  do {
    const found = await page(cursor);
    for (const pipeline of found.pipelines) if (fits(pipeline, search, since, until) && (await search.isWanted(pipeline))) items.push(pipeline);
    looked += Math.max(found.pipelines.length, 1);
    cursor = found.next;
    // Whole pages, so that a cursor of the store is one of ours.
  } while (cursor !== undefined && items.length < search.limit && looked < LOOKED_MAX);
  return { items, next: cursor };
};

const fits = (pipeline: Pipeline, { environment, outcome, cause }: PipelineSearch, since: number, until: number): boolean => pipeline.startedAt >= since && pipeline.startedAt <= until
  && (environment === undefined || pipeline.waves.flat().includes(environment)) && (outcome === undefined || pipeline.status.kind === outcome) && (cause === undefined || pipeline.cause === cause);

const ofService = (needs: Needs, service: ServiceName, since: number) => async (cursor: string | undefined): Promise<Page> => {
  const { items, next } = await pipelinesPart(needs)(service, { limit: PAGE_ITEMS, cursor });
  return { pipelines: items, next: (items.at(-1)?.startedAt ?? 0) < since ? undefined : next };
};

const Cursor = z.tuple([z.int(), z.string().nullable()]);
const Pointer = z.object({ pipeline: PipelineId });

/** One page of one day; a day without a pipeline is an empty page. */
const byDay = ({ store }: Needs, since: number, until: number) => async (cursor: string | undefined): Promise<Page> => {
  const [day, after] = cursor === undefined ? [auditDay(until), null] as const : cursorOf(cursor);
  const page = await store.query(pipelineDayPartition(day), '', { limit: PAGE_ITEMS, order: 'descending', ...(after === null ? {} : { after }) });
  const found = await Promise.all(page.items.map((item) => read(store, Pipeline, pipelineKey(Pointer.parse(item.value).pipeline))));
  const isLast = page.next === undefined && day <= auditDay(since);
  return { pipelines: found.filter((stored) => stored !== undefined).map(({ value }) => value), next: isLast ? undefined : cursorText(page.next === undefined ? day - 1 : day, page.next ?? null) };
};

const cursorText = (day: number, after: string | null): string => Buffer.from(JSON.stringify([day, after])).toString('base64url');

function cursorOf(text: string): z.infer<typeof Cursor> {
  try {
    return Cursor.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch (error) {
    throw new InvalidInput('The cursor is none of this list. Pass the one of the next link, unchanged.', {}, { cause: error });
  }
}
