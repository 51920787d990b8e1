/** Replays requests as SLIPWAY_REPLAY says, in the folder it is started in; exit 0 when all is as expected. */
import { runReplay } from '../../adapters/local/replay/run-replay.ts';
import { replayConfig, processEnvironment } from '../../config.ts';

try {
  const { spec, inputs } = replayConfig(processEnvironment());
  const { passed, lines } = await runReplay(spec, process.cwd(), inputs);
  process.stdout.write(`${lines.join('\n')}\n`);
  process.exitCode = passed ? 0 : 1;
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
