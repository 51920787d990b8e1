/** Event source mappings of the alias that has the traffic: they follow what the newest revision says, and stop with the service. */
import {
  CreateEventSourceMappingCommand, DeleteEventSourceMappingCommand, ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand, type EventSourceMappingConfiguration,
} from '@aws-sdk/client-lambda';
import { lookingFor } from '../_aws/fault.ts';
import { changing } from './fault.ts';
import { ABSENT, type Lambda } from './look.ts';
import type { EventSource } from './settings.ts';

export interface SeenSource {
  readonly id: string;
  readonly arn: string;
  readonly batchSize: number | undefined;
  readonly batchWindow: number;
  readonly reportFailures: boolean;
  readonly enabled: boolean;
  /** Lambda is at work on it and takes no other change. */
  readonly busy: boolean;
}

/** What is to be done; `disable` keeps the place in a stream, for when the service runs again. */
export type SourceChange =
  | { readonly kind: 'create'; readonly source: EventSource }
  | { readonly kind: 'update'; readonly id: string; readonly source: EventSource }
  | { readonly kind: 'disable'; readonly id: string; readonly arn: string }
  | { readonly kind: 'delete'; readonly id: string; readonly arn: string };

export async function sourcesOf(lambda: Lambda, name: string, alias: string): Promise<SeenSource[]> {
  const found: SeenSource[] = [];
  let marker: string | undefined;
  do {
    const page = await lookingFor('Lambda', `list the event sources of ${name}`, ABSENT, () => lambda.send(new ListEventSourceMappingsCommand({ FunctionName: `${name}:${alias}`, Marker: marker })));
    found.push(...(page?.EventSourceMappings ?? []).flatMap((mapping) => seenSource(mapping)));
    marker = page?.NextMarker;
  } while (marker !== undefined && marker !== '');
  return found;
}

function seenSource({ UUID, EventSourceArn, BatchSize, MaximumBatchingWindowInSeconds, FunctionResponseTypes, State }: EventSourceMappingConfiguration): SeenSource[] {
  if (UUID === undefined || EventSourceArn === undefined || State === 'Deleting') return [];
  return [{
    id: UUID, arn: EventSourceArn, batchSize: BatchSize, batchWindow: MaximumBatchingWindowInSeconds ?? 0, reportFailures: FunctionResponseTypes?.includes('ReportBatchItemFailures') === true,
    enabled: State === 'Enabled' || State === 'Enabling' || State === 'Creating' || State === 'Updating', busy: State !== 'Enabled' && State !== 'Disabled',
  }];
}

/** @param wanted null: nothing is to be read now */
export function sourceChanges(seen: readonly SeenSource[], wanted: readonly EventSource[] | null): SourceChange[] {
  if (wanted === null) return seen.filter(({ enabled }) => enabled).map(({ id, arn }) => ({ kind: 'disable', id, arn }));
  const changes: SourceChange[] = wanted.flatMap((source): SourceChange[] => {
    const there = seen.find(({ arn }) => arn === source.arn);
    if (there === undefined) return [{ kind: 'create', source }];
    return there.enabled && isAs(there, source) ? [] : [{ kind: 'update', id: there.id, source }];
  });
  return [...changes, ...seen.filter(({ arn }) => !wanted.some((source) => source.arn === arn)).map(({ id, arn }): SourceChange => ({ kind: 'delete', id, arn }))];
}

const isAs = (seen: SeenSource, { batchSize, batchWindow, reportFailures }: EventSource): boolean =>
  (batchSize === undefined || seen.batchSize === batchSize) && seen.batchWindow === (batchWindow ?? 0) && seen.reportFailures === reportFailures;

export const describeChange = (change: SourceChange): string => {
  switch (change.kind) {
    case 'create': return `its event source ${change.source.arn} is missing`;
    case 'update': return `its event source ${change.source.arn} is off or has other settings`;
    case 'disable': return `its event source ${change.arn} is on`;
    case 'delete': return `it reads ${change.arn}, which its settings do not name`;
  }
};

const batching = ({ batchSize, batchWindow, reportFailures }: EventSource) => ({
  ...(batchSize === undefined ? {} : { BatchSize: batchSize }), MaximumBatchingWindowInSeconds: batchWindow ?? 0, FunctionResponseTypes: reportFailures ? ['ReportBatchItemFailures' as const] : [],
});

/** @throws Conflict while Lambda is at work on it; ProviderUnavailable */
export async function changeSource(lambda: Lambda, name: string, alias: string, change: SourceChange): Promise<void> {
  const FunctionName = `${name}:${alias}`;
  await changing(`change the event sources of ${name}`, async () => {
    switch (change.kind) {
      case 'create': return lambda.send(new CreateEventSourceMappingCommand({ FunctionName, EventSourceArn: change.source.arn, Enabled: true, StartingPosition: change.source.startingPosition, ...batching(change.source) }));
      case 'update': return lambda.send(new UpdateEventSourceMappingCommand({ UUID: change.id, FunctionName, Enabled: true, ...batching(change.source) }));
      case 'disable': return lambda.send(new UpdateEventSourceMappingCommand({ UUID: change.id, FunctionName, Enabled: false }));
      case 'delete': return lambda.send(new DeleteEventSourceMappingCommand({ UUID: change.id }));
    }
  });
}
