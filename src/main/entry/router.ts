/** Runs the router in this process. */
import { localConfig, processEnvironment } from '../../config.ts';
import { runRouter } from '../../router/process.ts';
import { homeAt } from '../home.ts';

const config = localConfig(processEnvironment());
const home = homeAt(config.home);
try {
  await runRouter({ directory: home.router, host: config.host, port: config.routerPort, controlSocket: home.routerSocket });
} catch (error) {
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), level: 'error', part: 'router', message: error instanceof Error ? error.message : String(error) })}\n`);
  process.exit(error instanceof Error && ['Conflict', 'InvalidInput'].includes(error.name) ? 2 : 1);
}
