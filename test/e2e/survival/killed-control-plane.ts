/**
 * A control plane that kills itself with SIGKILL at its n-th transition, right after that was journaled.
 * Arguments: the home; n, or 0 for one that lives until SIGTERM.
 */
import { localConfig } from '../../../src/config.ts';
import { startControlPlane } from '../../../src/main/control-plane.ts';
import { homeAt } from '../../../src/main/home.ts';

const [root = '', transitions = '0'] = process.argv.slice(2);
let left = Number(transitions);
process.on('unhandledRejection', (reason) => process.stderr.write(`unhandled ${String(reason)}\n`));
const controlPlane = await startControlPlane(homeAt(root), { ...localConfig(process.env), home: root, host: '127.0.0.1', port: 0, routerPort: 0, passSeconds: 1, exitEvents: true });
if (left > 0) {
  controlPlane.composed.engine.onEvent(() => {
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  });
}
process.on('SIGTERM', () => void controlPlane.close().then(() => process.exit(0)));
