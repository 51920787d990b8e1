/** An installation of real processes, as `slipway up` starts it: supervisor, control plane, router, instances. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { homeAt, prepareHome, type Home } from '../../../src/main/home.ts';
import { Client } from './client.ts';
import { endMarked, endProcess, isAlive } from './ending.ts';
import { serviceFiles, type Manifest } from './example-service.ts';
import { ENVIRONMENTS } from './installation.ts';
import { installPackage } from './package.ts';
import { eventually } from './patience.ts';
import { createRepository, type Repository } from './repository.ts';

export type Part = 'supervisor' | 'control-plane' | 'router';

export interface Up {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Exit code, and all that it said. */
  readonly ended: Promise<{ code: number | null; said: string }>;
}

export class Supervised {
  readonly folder = mkdtempSync(join(tmpdir(), 'slipway-up-'));
  readonly home: Home = homeAt(join(this.folder, 'home'));
  readonly client = new Client(this.home);
  readonly package: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #ups: Up[] = [];

  constructor(environment: Readonly<Record<string, string>> = {}) {
    this.package = installPackage(this.folder);
    this.#environment = environment;
    prepareHome(this.home);
    writeFileSync(this.home.environments, ENVIRONMENTS);
  }

  /** Starts a supervisor; does not wait for it. */
  up(environment: Readonly<Record<string, string>> = {}): Up {
    const path = join(this.folder, `up-${this.#ups.length}.log`);
    const log = openSync(path, 'a');
    const child = spawn(process.execPath, [join(this.package, 'dist', 'supervisor.mjs')], {
      stdio: ['ignore', log, log],
      env: { PATH: process.env['PATH'], SLIPWAY_HOME: this.home.root, SLIPWAY_PORT: '0', SLIPWAY_ROUTER_PORT: '0', SLIPWAY_PASS_SECONDS: '1', ...this.#environment, ...environment },
    });
    closeSync(log);
    const ended = new Promise<{ code: number | null; said: string }>((resolve) => child.once('exit', (code) => resolve({ code, said: readFileSync(path, 'utf8') })));
    const up = { pid: child.pid ?? 0, child, ended };
    this.#ups.push(up);
    return up;
  }

  /** Once the API answers. */
  serving(): Promise<unknown> {
    return eventually('the control plane answers', () => this.client.get('/v1/services'));
  }

  pidOf(part: Part): number {
    return (JSON.parse(readFileSync(join(this.home.processes, part), 'utf8')) as { pid: number }).pid;
  }

  /** The part's process is another one than `before`, and lives. */
  replaced(part: Part, before: number): Promise<number> {
    return eventually(`the ${part} is another process`, async () => {
      const pid = this.pidOf(part);
      return pid !== before && (await isAlive(pid)) && pid;
    });
  }

  async deployed(name: string, overrides: Manifest): Promise<Repository> {
    const repository = createRepository(this.folder, name);
    repository.write(serviceFiles(name, overrides));
    await this.client.post('/v1/repositories', { url: repository.url });
    const { delivery } = await this.client.webhook(repository, repository.push('first'));
    const [id = ''] = (await this.client.decided(delivery)).admitted;
    const { status } = await this.client.approvedToTheEnd(id);
    if (status.kind !== 'succeeded') throw new Error(`the first release of ${name} ended as ${JSON.stringify(status)}`);
    return repository;
  }

  async close(): Promise<void> {
    for (const { child, ended } of this.#ups) {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await ended;
    }
    for (const part of ['control-plane', 'router'] as const) {
      const pid = await Promise.resolve().then(() => this.pidOf(part)).catch(() => undefined);
      if (pid === undefined) continue;
      endProcess(pid, 'SIGKILL');
      await eventually(`the ${part} is gone`, async () => !(await isAlive(pid)));
    }
    await endMarked(this.home.instances);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
