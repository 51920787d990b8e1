/** Runs the supervisor in this process. */
import { localConfig, processEnvironment } from '../../config.ts';
import { homeAt } from '../home.ts';
import { superviseUntilEnded } from '../supervisor.ts';

try {
  const config = localConfig(processEnvironment());
  process.exitCode = await superviseUntilEnded({ home: homeAt(config.home), config, environment: processEnvironment() });
} catch (error) {
  // One line, since whoever has started it reads the last one.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
