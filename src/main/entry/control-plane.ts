/** Runs the control plane in this process until it is told to end. */
import { localConfig, processEnvironment } from '../../config.ts';
import { startControlPlane } from '../control-plane.ts';
import { homeAt } from '../home.ts';
import { lineLog } from '../line-log.ts';

const log = lineLog('control-plane');
const config = localConfig(processEnvironment());
// One service's fault must not take the others' control plane down; what is lost by it is found again in the journal.
process.on('unhandledRejection', (reason) => log('error', `nobody waited for this failure: ${reason instanceof Error ? reason.stack ?? reason.message : String(reason)}`, {}));

try {
  const controlPlane = await startControlPlane(homeAt(config.home), config);
  let ending = false;
  const end = async (services: 'stop' | 'keep'): Promise<void> => {
    if (ending) return;
    ending = true;
    if (services === 'stop') await controlPlane.composed.target.stopAll();
    await controlPlane.close();
    process.exit(0);
  };
  process.on('SIGTERM', () => void end('keep'));
  process.on('SIGINT', () => void end('stop'));
} catch (error) {
  log('error', error instanceof Error ? error.message : String(error), { error: error instanceof Error ? error.name : 'Error' });
  // 2: another control plane, a bad file: starting again does not help. Everything else may.
  process.exit(error instanceof Error && ['Conflict', 'InvalidInput', 'InvalidManifest', 'Forbidden', 'EADDRINUSE'].includes((error as NodeJS.ErrnoException).code ?? error.name) ? 2 : 1);
}
