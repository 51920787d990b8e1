/** A whole installation in this process: control plane and router as in `slipway up`, in a temporary folder, with real instances. */
import { localConfig, type LocalConfig } from '../../../src/config.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addOwnTarget } from '../../../src/adapters/local/own-targets.ts';
import type { OwnTargetPlace } from '../../../src/contracts/own-target.ts';
import { TARGET_KINDS } from '../../../src/targets/registry.ts';
import { startControlPlane, type ControlPlane } from '../../../src/main/control-plane.ts';
import { homeAt, prepareHome } from '../../../src/main/home.ts';
import { writePrivate } from '../../../src/main/private-file.ts';
import { startRouter } from '../../../src/router/router.ts';
import { SlackStandIn } from '../../slack/stand-in.ts';
import { Client } from './client.ts';
import { endMarked } from './ending.ts';
import { createRepository, type Repository } from './repository.ts';
import { serviceFiles, type Behaviour, type Manifest } from './example-service.ts';
import { startLoad, type Load } from './load.ts';
import { eventually } from './patience.ts';

export const ENVIRONMENTS = `environments:
  - { name: staging, kind: staging, wave: 1, instances: 1, zones: [a] }
  - { name: production, kind: production, wave: 2, zones: [a, b] }
people:
  - { name: ben, email: [ben@example.com], slack: U0BEN }
  - { name: anna, slack: U0ANNA }
  - { name: carl, slack: U0CARL }
slack: { workspace: T0TEAM }
defaults: { approvers: [anna, carl] }
`;

export interface InstallationOptions {
  readonly environments?: string;
  readonly passSeconds?: number;
  readonly exitEvents?: boolean;
  /** Targets of the user's own, as `slipway up --target` adds them. */
  readonly ownTargets?: Readonly<Record<string, OwnTargetPlace>>;
  /** Whether it may post to the workspace; absent: it only answers. */
  readonly slackToken?: boolean;
  /** Of consoles that others serve. */
  readonly consoleOrigins?: readonly string[] | undefined;
  /** The collector that is sent spans, and where traces are looked at; absent: nothing is traced. */
  readonly traces?: Pick<LocalConfig, 'traces' | 'traceUrl'>;
  /** Where it is made; absent: a temporary folder. */
  readonly folder?: string | undefined;
}

export class Installation {
  readonly folder: string;
  readonly client: Client;
  controlPlane!: ControlPlane;
  /** What the control plane logged, line by line. */
  readonly log: string[] = [];
  readonly #options: InstallationOptions;
  readonly #endings: (() => unknown)[] = [];
  readonly #loads: Load[] = [];

  private constructor(options: InstallationOptions) {
    this.folder = mkdtempSync(join(options.folder ?? tmpdir(), 'slipway-e2e-'));
    this.client = new Client(homeAt(join(this.folder, 'home')));
    this.#options = options;
  }

  static async start(options: InstallationOptions = {}): Promise<Installation> {
    const made = new Installation(options);
    try {
      await made.#start();
      return made;
    } catch (error) {
      await made.close();
      throw error;
    }
  }

  async #start(): Promise<void> {
    const { home } = this.client;
    this.#endings.push(keepLog(this.log));
    prepareHome(home);
    const slack = await SlackStandIn.start();
    this.client.slackStandIn = slack;
    this.#endings.push(() => slack.close());
    if (this.#options.slackToken === true) writePrivate(home.slackToken, `${slack.token}\n`);
    writeFileSync(home.environments, this.#options.environments ?? ENVIRONMENTS);
    for (const [kind, place] of Object.entries(this.#options.ownTargets ?? {})) await addOwnTarget(home.targets, TARGET_KINDS, kind, place);
    const router = await startRouter({ directory: home.router, host: '127.0.0.1', port: 0, controlSocket: home.routerSocket }, () => undefined);
    this.#endings.push(() => router.close());
    await this.startControlPlane();
  }

  /** Again, after `controlPlane.close()`. */
  async startControlPlane(): Promise<void> {
    const { home } = this.client;
    this.controlPlane = await startControlPlane(home, { ...localConfig(process.env), home: home.root, slackOrigin: this.client.slackStandIn?.origin ?? 'https://slack.com', consoleOrigins: this.#options.consoleOrigins ?? [], host: '127.0.0.1', port: 0, routerPort: 0, passSeconds: this.#options.passSeconds ?? 1, exitEvents: this.#options.exitEvents ?? true, ...this.#options.traces });
  }

  /** A repository with one service in it, registered; the first push is the test's. */
  async repository(name: string, overrides: Manifest = {}, behaviour: Partial<Behaviour> = {}): Promise<Repository> {
    const repository = createRepository(this.folder, name);
    repository.write(serviceFiles(name, overrides, behaviour));
    await this.client.post('/v1/repositories', { url: repository.url });
    return repository;
  }

  /** Pushes with git, sends the webhook, and answers the pipelines that it started. */
  async push(repository: Repository, message: string): Promise<string[]> {
    const { delivery } = await this.client.webhook(repository, repository.push(message));
    return (await this.client.decided(delivery)).admitted;
  }

  /** Pushes what starts exactly one pipeline; answers its id. */
  async release(repository: Repository, message: string): Promise<string> {
    const { delivery } = await this.client.webhook(repository, repository.push(message));
    const { admitted, refused } = await this.client.decided(delivery);
    const [only] = admitted;
    if (only === undefined || admitted.length > 1) throw new Error(`one pipeline was expected, not ${JSON.stringify({ admitted, refused })}`);
    return only;
  }

  /** A service whose first release is through. */
  async deployed(name: string, overrides: Manifest = {}, behaviour: Partial<Behaviour> = {}): Promise<Repository> {
    const repository = await this.repository(name, overrides, behaviour);
    const over = await this.client.approvedToTheEnd(await this.release(repository, 'first'));
    if (over.status.kind !== 'succeeded') throw new Error(`the first release of ${name} ended as ${JSON.stringify(over.status)}`);
    return repository;
  }

  /** Waits until exactly so many instances are healthy and no other is there; answers the place. */
  healthy(service: string, count: number, environment = 'production') {
    return eventually(`${count} healthy instances of ${service} in ${environment}`, async () => {
      const place = await this.client.place(service, environment);
      return place.observed.instances.length === count && place.observed.instances.every((instance) => instance.health === 'healthy') && place;
    });
  }

  endpoint(service: string, environment = 'production'): Promise<string> {
    return this.client.endpoint(service, environment);
  }

  /** Ended with the installation when the test does not. */
  async load(service: string): Promise<Load> {
    const load = startLoad(await this.endpoint(service));
    this.#loads.push(load);
    return load;
  }

  async close(): Promise<void> {
    for (const load of this.#loads) await load.stop();
    await this.controlPlane?.composed.target.stopAll();
    await this.controlPlane?.close();
    for (const end of this.#endings.reverse()) await end();
    await endMarked(this.client.home.instances);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Takes the log's lines out of the standard error, where they would bury a test's own output. */
function keepLog(lines: string[]): () => void {
  const { write } = process.stderr;
  process.stderr.write = (text: string | Uint8Array, ...rest: []): boolean => {
    if (typeof text !== 'string' || !text.startsWith('{"at":')) return write.call(process.stderr, text, ...rest);
    lines.push(text);
    return true;
  };
  return () => {
    process.stderr.write = write;
  };
}
