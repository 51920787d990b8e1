/** Step Functions' history events as the port has them. */
import type { HistoryEvent as AwsEvent } from '@aws-sdk/client-sfn';
import type { HistoryEvent } from '../../../ports/orchestrator.ts';

/** Fields that come as JSON text. */
const DOCUMENTS = new Set(['input', 'output', 'parameters']);
/** Fields that say nothing to a person who follows a deployment. */
const LEFT_OUT = new Set(['name', 'roleArn', 'stateMachineAliasArn', 'stateMachineVersionArn', 'inputDetails', 'outputDetails', 'assignedVariables', 'assignedVariablesDetails']);

/** In the order of their ids, from the first on: an event's state is found through the events before it. */
export function historyEvents(events: readonly AwsEvent[]): HistoryEvent[] {
  const states = new Map<number, string | undefined>();
  return events.map((event) => {
    const id = event.id ?? 0;
    const previousId = event.previousEventId ?? 0;
    const details = detailsOf(event);
    const state = event.type?.endsWith('StateEntered') === true || event.type?.endsWith('StateExited') === true ? textOf(details?.['name']) : states.get(previousId);
    // What follows an exited state belongs to the next one, which its own event names.
    states.set(id, event.type?.endsWith('StateExited') === true ? undefined : state);
    const detail = details === undefined ? undefined : readable(details);
    return { id, previousId, at: event.timestamp?.getTime() ?? 0, type: event.type ?? 'Unknown', ...(state === undefined ? {} : { state }), ...(detail === undefined ? {} : { detail }) };
  });
}

/** Each type of event has its details in a field of its own. */
function detailsOf(event: AwsEvent): Readonly<Record<string, unknown>> | undefined {
  const entry = Object.entries(event).find(([field, value]) => field.endsWith('EventDetails') && value !== undefined);
  return entry?.[1] as Readonly<Record<string, unknown>> | undefined;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function readable(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(details).filter(([field, value]) => value !== undefined && !LEFT_OUT.has(field)).map(([field, value]) => [field, DOCUMENTS.has(field) && typeof value === 'string' ? withoutTokens(documentOf(value)) : value]));
}

/** Text that was cut off by the service is no JSON any more; then it stays text. */
function documentOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The history is shown to people, and a task token is a key: it stays out. */
function withoutTokens(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTokens);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, key === 'token' && typeof inner === 'string' ? '<task token>' : withoutTokens(inner)]));
}
