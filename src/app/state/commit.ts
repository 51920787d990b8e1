/** Writes, and what must happen after them: both in one transaction, the second carried out until it has happened. */
import { SlipwayError } from '../../domain/errors.ts';
import type { Alert, AlertKind, Effect, OutboxItem } from '../../domain/outbox.ts';
import type { Ports } from '../../ports/index.ts';
import type { Write } from '../../ports/item-store.ts';
import { MACHINES, type MachineName } from '../../ports/orchestrator.ts';
import { creating } from './documents.ts';
import { outboxKey } from './keys.ts';

export type CommitNeeds = Pick<Ports, 'store' | 'clock' | 'ids' | 'orchestrator' | 'notifier' | 'traces'> & { readonly builder: Pick<Ports['builder'], 'cancel'>; readonly commands: Pick<Ports['commands'], 'cancel'> };

/**
 * Writes all, then carries out the effects. An effect that cannot be carried out now stays in the outbox and the sweep
 * tries again: a caller learns only whether the writes were made.
 * @throws Conflict and what else ItemStore.transact throws
 */
export async function commit(needs: CommitNeeds, writes: readonly Write[], effects: readonly Effect[] = []): Promise<void> {
  const items = effects.map((effect): OutboxItem => ({ id: needs.ids.next(), effect: traced(needs, effect), writtenAt: needs.clock.now() }));
  await needs.store.transact([...writes, ...items.map((item) => creating(outboxKey(item.id), item))]);
  for (const item of items) await carryOutAndClose(needs, item, 1);
}

/** What is started goes on in the trace of what starts it, whoever carries it out in the end. */
function traced({ traces }: CommitNeeds, effect: Effect): Effect {
  if (effect.kind !== 'start' || effect.trace !== undefined) return effect;
  const trace = traces.toStart(effect.machine);
  return trace === null ? effect : { ...effect, trace };
}

/** Carries out one outbox item and removes it; a passing fault leaves it where it is. Answers whether it is closed. */
export async function carryOutAndClose(needs: CommitNeeds, item: OutboxItem, generation: number): Promise<boolean> {
  try {
    await carryOut(needs, item.effect);
  } catch (error) {
    if (!isFinal(error)) return false;
  }
  try {
    await needs.store.transact([{ kind: 'delete', key: outboxKey(item.id), condition: { generation } }]);
  } catch (error) {
    // Another sweep has closed it at the same time.
    if (!(error instanceof SlipwayError && error.name === 'Conflict')) throw error;
  }
  return true;
}

/** A token that was used, has expired or never was is closed for good; so is an execution with the same name and another input. */
const isFinal = (error: unknown): boolean => error instanceof SlipwayError && (error.name === 'TokenRefused' || error.name === 'Conflict');

async function carryOut(needs: CommitNeeds, effect: Effect): Promise<void> {
  switch (effect.kind) {
    case 'start':
      return needs.orchestrator.start({ machine: machineNamed(effect.machine), name: effect.name, input: effect.input, ...(effect.trace === undefined ? {} : { trace: effect.trace }) });
    case 'succeed-task':
      return needs.orchestrator.succeedTask(effect.token, effect.output);
    case 'fail-task':
      return needs.orchestrator.failTask(effect.token, effect.error, effect.cause);
    case 'cancel-build':
      await needs.builder.cancel(effect.build);
      return;
    case 'cancel-commands':
      await needs.commands.cancel(effect.idPrefix);
      return;
    case 'alert':
      return needs.notifier.send(effect.alert);
  }
}

function machineNamed(name: string): MachineName {
  const machine = MACHINES.find((known) => known === name);
  if (machine === undefined) throw new TypeError(`"${name}" is no state machine; known: ${MACHINES.join(', ')}`);
  return machine;
}

/** What an alert is about: a deployment, an approval's subject, or less. */
export interface AlertPlace {
  readonly service: string | null;
  readonly environment: string | null;
  readonly pipeline?: string;
  /** Of an approval's subject, and of a place that one is at work on. */
  readonly deployment?: string | null;
}

/** A deployment has its pipeline's id, its environment behind it. */
const pipelineAt = ({ pipeline, deployment, environment }: AlertPlace): string | undefined =>
  pipeline ?? (deployment == null || environment === null || !deployment.endsWith(`-${environment}`) ? undefined : deployment.slice(0, -environment.length - 1));

export function alerting(severity: Alert['severity'], kind: AlertKind, place: AlertPlace, text: string): Effect {
  const pipeline = pipelineAt(place);
  return { kind: 'alert', alert: { severity, kind, service: place.service, environment: place.environment, ...(pipeline === undefined ? {} : { pipeline }), text: text.slice(0, 4000) } };
}
