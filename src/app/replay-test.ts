/** A replay test as a command: what the program is told, and the requests it is given. */
import { NotSupported } from '../domain/errors.ts';
import type { Digest } from '../domain/ids.ts';
import type { Replay } from '../domain/manifest.ts';
import { ComparisonRule } from '../domain/parallel/rule.ts';
import { RECORDING_INPUT, type ReplaySpec } from '../domain/replay/spec.ts';
import type { Observed } from '../domain/state.ts';
import type { Ports } from '../ports/index.ts';
import type { Turn } from './deployment-turn.ts';
import { newestRecording, noRecording } from './recordings.ts';

export interface ReplayCommand {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly inputs: readonly { readonly name: string; readonly digest: Digest }[];
}

/** A sentence instead, when it cannot be done: the test has failed then. @throws NotSupported where nothing can replay */
export async function replayCommand(needs: Pick<Ports, 'store' | 'settings'>, turn: Turn, replay: Replay, baseUrl: string, observed: Observed): Promise<ReplayCommand | string> {
  const { replayProgram } = needs.settings;
  if (replayProgram === undefined) throw new NotSupported('This installation cannot replay requests. Use "slipway up", which can, or a test of another kind.');
  const inputs = replay.from === 'recording' ? await newest(needs, turn, replay) : [];
  if (typeof inputs === 'string') return inputs;
  const compare = replay.compare ? comparison(turn, observed) : null;
  if (typeof compare === 'string') return compare;
  const spec: ReplaySpec = { replay, baseUrl, compare };
  return { command: [...replayProgram], environment: { SLIPWAY_REPLAY: JSON.stringify(spec) }, inputs };
}

async function newest(needs: Pick<Ports, 'store'>, turn: Turn, { environment }: Replay): Promise<ReplayCommand['inputs'] | string> {
  const { service } = turn.deployment.value;
  const recording = await newestRecording(needs, service, environment);
  return recording === undefined ? noRecording(service, environment) : [{ name: RECORDING_INPUT, digest: recording.digest }];
}

/** Null: nothing was here before. */
function comparison(turn: Turn, observed: Observed): ReplaySpec['compare'] | string {
  const { stable, candidate } = turn.deployment.value.plan;
  if (stable === null) return null;
  const origins = (revision: string) => observed.instances.filter((instance) => instance.revision === revision && instance.health === 'healthy').flatMap(({ address }) => (address === null ? [] : [address.includes('://') ? address : `http://${address}`]));
  const [old, fresh] = [origins(stable), origins(candidate)];
  if (old.length === 0 || fresh.length === 0) return `There is no healthy instance with an address of its own of ${old.length === 0 ? stable : candidate}, so answers cannot be compared here. Leave "compare" out, or give this environment an instance.`;
  return { rule: comparisonRule(turn), stable: old, candidate: fresh };
}

/** Of the manifest's `parallelRun`, or its defaults. */
export const comparisonRule = ({ pipeline: { value: { manifest } } }: Turn): ComparisonRule => {
  const { ignore, tolerances, headers, maximumRate, minimumComparisons } = manifest.parallelRun ?? ComparisonRule.parse({});
  return { ignore, tolerances, headers, maximumRate, minimumComparisons };
};
