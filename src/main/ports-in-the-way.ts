/** Ports that the router wants and another program holds. It goes on trying, and serves what it can; somebody has to be told. */
import { RouterClient } from '../adapters/local/router-client.ts';
import type { RouterHealth } from '../contracts/router.ts';
import type { LocalConfig } from '../config.ts';
import type { Home } from './home.ts';
import { pause } from './pause.ts';

/** The router is there before the control plane; one that is being started again is back within that. */
const PATIENCE_MS = 5000;
const POLL_MS = 100;

/** A sentence for each; none when the router has all its ports, or cannot be asked: whoever wants to use it then will see why. */
export async function portsInTheWay(home: Home, { host, routerPort }: Pick<LocalConfig, 'host' | 'routerPort'>, signal: AbortSignal): Promise<string[]> {
  const router = new RouterClient({ controlSocket: home.routerSocket });
  const deadline = performance.now() + PATIENCE_MS;
  while (!signal.aborted && performance.now() < deadline) {
    const health = await router.health().catch(() => undefined);
    if (health !== undefined && isSettled(health)) return health.waiting.map(({ port, reason }) => sentence(host, port, reason, port === routerPort));
    await pause(POLL_MS, signal);
  }
  return [];
}

const isSettled = ({ port, waiting }: RouterHealth): boolean => port !== undefined || waiting.length > 0;

function sentence(host: string, port: number, reason: string, isShared: boolean): string {
  const why = reason === 'EADDRINUSE' ? 'another program holds it' : `it may not (${reason})`;
  return `The router cannot listen on port ${port} of ${host}: ${why}. It tries again until it can. End that program${isShared ? ', or choose another port: SLIPWAY_ROUTER_PORT=... slipway up' : ''}.`;
}
