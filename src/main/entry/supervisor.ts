/** Runs the supervisor in this process. */
import { localConfig, processEnvironment } from '../../config.ts';
import { homeAt } from '../home.ts';
import { superviseUntilEnded } from '../supervisor.ts';

const config = localConfig(processEnvironment());
process.exitCode = await superviseUntilEnded({ home: homeAt(config.home), config, environment: processEnvironment() });
