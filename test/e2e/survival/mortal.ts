/** An installation whose control plane is a process that is killed again and again. Router and observer live here, as they live on elsewhere. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { homeAt, prepareHome, type Home } from '../../../src/main/home.ts';
import { startRouter } from '../../../src/router/router.ts';
import { Client } from '../rig/client.ts';
import { endMarked, endProcess, instancePids } from '../rig/ending.ts';
import { ENVIRONMENTS } from '../rig/installation.ts';
import { bundleInto, installPackage } from '../rig/package.ts';
import { eventually, pause } from '../rig/patience.ts';
import type { seeded } from '../rig/seeded.ts';

const PROGRAM = fileURLToPath(new URL('killed-control-plane.ts', import.meta.url));
/** Transitions before a kill: from the first one on. */
const TRANSITIONS_MAX = 24;
/** One kill in so many comes at a moment of the clock, also before or amid recovery. */
const TIMED_ONE_IN = 5;
const TIMED_MS_MAX = 900;
const SPARED_AFTER = 2;

export class Mortal {
  readonly folder = mkdtempSync(join(tmpdir(), 'slipway-mortal-'));
  readonly home: Home = homeAt(join(this.folder, 'home'));
  readonly client = new Client(this.home);
  kills = 0;
  /** Process ids by instance, of every instance that was ever seen. */
  readonly pids = new Map<string, Set<number>>();
  /** Ends of the control plane that were no kill. */
  readonly deaths: string[] = [];
  #child: ChildProcess | undefined;
  #program = '';
  #router: Awaited<ReturnType<typeof startRouter>> | undefined;
  #over = false;
  #watching: Promise<void> | undefined;

  async start(): Promise<void> {
    prepareHome(this.home);
    writeFileSync(this.home.environments, ENVIRONMENTS);
    this.#program = bundleInto(installPackage(this.folder), PROGRAM, 'killed-control-plane');
    this.#router = await startRouter({ directory: this.home.router, host: '127.0.0.1', port: 0, controlSocket: this.home.routerSocket }, () => undefined);
    this.#watching = this.#watch();
  }

  /** Starts and kills the control plane until it has died so often, then leaves one running. */
  async killUntil(kills: number, next: ReturnType<typeof seeded>): Promise<void> {
    while (this.kills < kills && !this.#over) {
      const timed = next(TIMED_ONE_IN) === 0;
      const spared = this.#buildsNearTheirEnd();
      const ended = this.#run(timed || spared ? 0 : 1 + next(TRANSITIONS_MAX));
      if (timed || spared) {
        await pause(next(TIMED_MS_MAX));
        await eventually('the build that was interrupted so often is over', () => !this.#buildsNearTheirEnd());
        this.#child?.kill('SIGKILL');
      }
      const how = await ended;
      if (how === 'SIGKILL') this.kills += 1;
      else this.deaths.push(how);
    }
    if (!this.#over) void this.#run(0);
  }

  /** A build that the control plane died under four times is rightly given up. So often it is not killed under the same one. */
  #buildsNearTheirEnd(): boolean {
    const records = readdirSync(this.home.builds, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json') && !name.includes('work'));
    return records.some((name) => {
      try {
        const { restarts, outcome } = JSON.parse(readFileSync(join(this.home.builds, name), 'utf8')) as { restarts?: number; outcome?: unknown };
        return outcome === null && (restarts ?? 0) >= SPARED_AFTER;
      } catch {
        // Written or removed at this moment: looked at again soon.
        return false;
      }
    });
  }

  /** Answers the signal it died of, or its exit code. */
  #run(transitions: number): Promise<string> {
    const log = openSync(join(this.home.logs, 'control-plane.log'), 'a');
    const child = spawn(process.execPath, [this.#program, this.home.root, String(transitions)], { stdio: ['ignore', log, log] });
    closeSync(log);
    this.#child = child;
    return new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`)));
  }

  async #watch(): Promise<void> {
    while (!this.#over) {
      for (const [instance, pid] of await instancePids(this.home.instances)) this.pids.set(instance, (this.pids.get(instance) ?? new Set()).add(pid));
      await pause(150);
    }
  }

  /** Lets the control plane close its files in order. */
  async endControlPlane(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }

  async close(): Promise<void> {
    this.#over = true;
    if (this.#child?.pid !== undefined && this.#child.exitCode === null) endProcess(this.#child.pid, 'SIGKILL');
    await this.#watching;
    await endMarked(this.home.instances);
    await this.#router?.close();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
