/** Where the program that replays finds the requests: a recording that was put beside, or a file of the release. */
import { type ReplayRequests, replayRequests } from '../../../contracts/replay-requests.ts';
import { InvalidInput } from '../../../domain/errors.ts';
import type { Replay } from '../../../domain/manifest.ts';
import { RECORDING_INPUT } from '../../../domain/replay/spec.ts';
import { readInside } from './read-inside.ts';

const FILE_BYTES_MAX = 64 * 1024 * 1024;

/**
 * @param directory the release's files, at the manifest's folder @param inputs where a recording was put
 * @throws InvalidInput naming file, line and reason
 */
export async function requestsOf(replay: Pick<Replay, 'from' | 'methods'>, directory: string, inputs: string): Promise<ReplayRequests> {
  const [folder, file] = replay.from === 'recording' ? [inputs, RECORDING_INPUT] : [directory, replay.from];
  const text = await readInside(folder, file, FILE_BYTES_MAX);
  if (text === undefined) throw new InvalidInput(`${file}: there is no such file in the release's files.`, { file });
  return replayRequests(replay, text);
}
