/** A whole installation from dist/, as `slipway up` starts it: supervisor, router and control plane, each a process of its own. */
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { create } from 'tar';
import { localConfig } from '../../src/config.ts';
import { homeAt, prepareHome, type Home } from '../../src/main/home.ts';
import { down, upInBackground } from '../../src/main/up.ts';
import { SERVICE_SCRIPT } from './bare.ts';
import { until } from './waiting.ts';

export interface Installation {
  readonly home: Home;
  readonly address: string;
  readonly api: <T>(method: string, path: string, body?: unknown) => Promise<T>;
  /** Registers the bench's service program under this manifest. */
  readonly register: (manifest: string) => Promise<void>;
  /** Deploys what was registered and waits for the end. Answers when it began and ended, by the machine's clock in ms. */
  readonly deploy: (service: string) => Promise<{ readonly pipeline: string; readonly beganAt: number; readonly endedAt: number }>;
  /** Where users reach the service. */
  readonly endpoint: (service: string, environment: string) => Promise<string>;
  readonly pidOf: (part: 'router' | 'control-plane' | 'supervisor') => number;
  readonly stop: () => Promise<void>;
}

interface Status {
  readonly kind: string;
  readonly at?: number;
}

const VERSION = '1.0.0';
const DEPLOY_WAIT_MS = 180_000;

/** A manifest without tests, approval, watches or drains: what is left is starting and placing. */
export const manifestOf = (service: string, instances: number): string => `service: ${service}
team: bench
start: [node, server.cjs]
instances: ${instances}
health: { path: /, interval: 2s, startWithin: 120s }
strategy: all-at-once
rollout: { watch: 0s, drain: 0s }
approval: { required: false }
stopWithin: 1s
`;

/** Starts it on free ports over a folder that is removed at the end. @param environments the text of environments.yaml @param seed fills the folder before the start */
export async function startInstallation(environments: string, seed?: (home: Home) => Promise<void>): Promise<Installation> {
  const home = homeAt(await mkdtemp(join(tmpdir(), 'slipway-bench-')));
  prepareHome(home);
  await writeFile(home.environments, environments);
  await seed?.(home);
  const config = localConfig({ SLIPWAY_HOME: home.root, SLIPWAY_PORT: '0', SLIPWAY_ROUTER_PORT: '0' });
  const address = await upInBackground({ home, config, environment: process.env, say: () => undefined });
  const token = (await readFile(home.token, 'utf8')).trim();
  const call = async <T>(method: string, path: string, body?: string | Uint8Array<ArrayBuffer>): Promise<T> => {
    const answer = await fetch(address + path, { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, ...(body === undefined ? {} : { body }) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${text}`);
    return JSON.parse(text) as T;
  };
  const api: Installation['api'] = (method, path, body) => call(method, path, body === undefined ? undefined : JSON.stringify(body));
  return {
    home, address, api,
    register: async (manifest) => {
      const { digest, bytes } = await call<{ digest: string; bytes: number }>('PUT', '/v1/blobs', await archiveOf(home.root));
      await api('POST', '/v1/artifacts', { manifest, digest, bytes, version: VERSION });
    },
    deploy: async (service) => {
      const beganAt = Date.now();
      const { id } = await api<{ id: string }>('POST', '/v1/deployments', { service, version: VERSION });
      const status = await until(`the end of ${id}`, 50, DEPLOY_WAIT_MS, async () => {
        const { pipeline } = await api<{ pipeline: { status: Status } }>('GET', `/v1/pipelines/${id}`);
        return pipeline.status.kind === 'running' ? undefined : pipeline.status;
      });
      if (status.kind !== 'succeeded') throw new Error(`${id} did not succeed: ${JSON.stringify(status)}`);
      return { pipeline: id, beganAt, endedAt: status.at ?? Number.NaN };
    },
    endpoint: (service, environment) => until(`an endpoint of ${service} in ${environment}`, 50, DEPLOY_WAIT_MS, async () => {
      const { places } = await api<{ places: { environment: string; observed: { endpoint: string | null } | null }[] }>('GET', `/v1/services/${service}`);
      return places.find((place) => place.environment === environment)?.observed?.endpoint ?? undefined;
    }),
    pidOf: (part) => (JSON.parse(readFileSync(join(home.processes, part), 'utf8')) as { pid: number }).pid,
    stop: async () => {
      await down(home, 'stop');
      await rm(home.root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function archiveOf(folder: string): Promise<Buffer<ArrayBuffer>> {
  const file = join(folder, 'bench-artifact.tgz');
  await create({ gzip: true, file, cwd: dirname(SERVICE_SCRIPT), portable: true }, ['server.cjs']);
  return readFile(file);
}
