/** Tells one git host a number of things. One that is down is left alone for a while, longer each time; what it did not take waits in the store. */
import { ProviderUnavailable, SlipwayError } from '../../domain/errors.ts';
import { afterFault, HostTrouble, WAITS_MS } from '../../domain/host-trouble.ts';
import { alerting, commit, type CommitNeeds } from '../state/commit.ts';
import { expecting, read, type Stored } from '../state/documents.ts';
import { hostTroubleKey } from '../state/keys.ts';

/** Something that a host is to be told. */
export interface Telling {
  /** Answers how many calls were made. @throws ProviderUnavailable for what may pass */
  tell(): Promise<number>;
  /** It was not told: it waits in the store. @param failed it was tried */
  keep(failed: boolean): Promise<void>;
  /** It was told, and waits no more. */
  settle(): Promise<void>;
}

export interface ToldOfHost {
  readonly calls: number;
  /** How many things wait. */
  readonly left: number;
}

/** One thing that a host fails at may be that thing's own trouble; two in a row are the host's. */
const FAULTS_MAX = 2;
const TROUBLE_KEPT_SECONDS = 7 * 86_400;
const NOWHERE = { service: null, environment: null };

export const isAway = async (needs: Pick<CommitNeeds, 'store' | 'clock'>, host: string): Promise<boolean> =>
  ((await read(needs.store, HostTrouble, hostTroubleKey(host)))?.value.retryAt ?? 0) > needs.clock.now();

/**
 * @param until milliseconds since the epoch: what is not told by then waits for the next run
 * @throws what is no fault of the host, after everything else was told
 */
export async function tellHost(needs: CommitNeeds, host: string, tellings: readonly Telling[], until: number): Promise<ToldOfHost> {
  const before = await read(needs.store, HostTrouble, hostTroubleKey(host));
  let isLeftAlone = (before?.value.retryAt ?? 0) > needs.clock.now();
  let [calls, left, inRow] = [0, 0, 0];
  let fault: SlipwayError | undefined;
  const unexpected: unknown[] = [];
  for (const telling of tellings) {
    if (isLeftAlone || needs.clock.now() >= until) {
      await telling.keep(false);
      left += 1;
      continue;
    }
    try {
      calls += await telling.tell();
      await telling.settle();
      inRow = 0;
    } catch (error) {
      left += 1;
      if (!(error instanceof SlipwayError) || error.retry !== 'retryable') unexpected.push(error);
      else if (error.name === 'Conflict') await telling.keep(false); // another run tells of the same at the same time: no fault of the host
      else {
        await telling.keep(true);
        fault = error;
        inRow += 1;
        isLeftAlone = inRow >= FAULTS_MAX || secondsAsked(error) !== null;
      }
    }
  }
  if (fault !== undefined && (isLeftAlone || calls === 0)) await inTrouble(needs, before, host, fault);
  else if (before !== undefined && calls > 0) await outOfTrouble(needs, before);
  if (unexpected.length > 0) throw unexpected[0];
  return { calls, left };
}

function secondsAsked(error: SlipwayError): number | null {
  const asked = error instanceof ProviderUnavailable ? error.evidence['retryAfterSeconds'] : undefined;
  return typeof asked === 'number' ? asked : null;
}

async function inTrouble(needs: CommitNeeds, before: Stored<HostTrouble> | undefined, host: string, fault: SlipwayError): Promise<void> {
  const now = needs.clock.now();
  const { trouble, tell } = afterFault(before?.value, { host, reason: fault.message, retryAfterSeconds: secondsAsked(fault) }, now);
  const expiresAtSeconds = Math.floor(now / 1000) + TROUBLE_KEPT_SECONDS;
  await written(commit(needs, [{ kind: 'put', key: hostTroubleKey(host), value: trouble, condition: expecting(before), expiresAtSeconds }], tell
    ? [alerting('warning', 'git-host-unreachable', NOWHERE, `${host} has not been told how pipelines go since ${new Date(trouble.since).toISOString()}: ${trouble.reason} It is tried again at least every five minutes, and is told then how they are; what has waited for ${WAITS_MS / 86_400_000} days is left out. Other hosts are told meanwhile.`)] : []));
}

async function outOfTrouble(needs: CommitNeeds, { key, generation, value }: Stored<HostTrouble>): Promise<void> {
  await written(commit(needs, [{ kind: 'delete', key, condition: { generation } }], value.isTold ? [alerting('info', 'git-host-reachable', NOWHERE, `${value.host} is told again how pipelines go. It was not since ${new Date(value.since).toISOString()}.`)] : []));
}

/** Another run may have written it at the same time: either knows as much. */
async function written(write: Promise<void>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!(error instanceof SlipwayError && error.name === 'Conflict')) throw error;
  }
}
