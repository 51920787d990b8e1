/** A whole Slipway of the demo's own: in a directory that is made for it, on free ports, ended with all it started. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { localConfig } from '../../src/config.ts';
import { homeAt, prepareHome, type Home } from '../../src/main/home.ts';
import { livingProcess } from '../../src/main/pid-file.ts';
import { down, upInBackground } from '../../src/main/up.ts';
import { processTable, type MarkedProcess } from '../../src/targets/process/process-table/index.ts';
import { AUTHOR } from './repository.ts';
import { openWorkspace, WORKSPACE, type Workspace } from './workspace.ts';

/** Who decides: ben writes the releases, so that anna has to approve them. */
export const APPROVER = { name: 'anna', slack: 'U0ANNA' };
export const AUTHOR_SLACK = 'U0BEN';

const ENVIRONMENTS = `environments:
  - { name: staging, kind: staging, wave: 1, instances: 50%, zones: [a] }
  - { name: production, kind: production, wave: 2, zones: [a, b] }
people:
  - { name: ${APPROVER.name}, email: [anna@example.com], slack: ${APPROVER.slack} }
  - { name: ${AUTHOR.name}, email: [${AUTHOR.email}], slack: ${AUTHOR_SLACK} }
slack: { workspace: ${WORKSPACE} }
defaults: { approvers: [${APPROVER.name}, ${AUTHOR.name}] }
`;

/** Variables without which npm may not reach its registry from here. */
const NETWORK_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'npm_config_registry'];
const PARTS = ['supervisor', 'control-plane', 'router'] as const;
const DOWN_WITHIN_MS = 30_000;

export interface Installation {
  readonly home: Home;
  readonly slack: Workspace;
  readonly address: string;
  pidOf(part: (typeof PARTS)[number]): Promise<number>;
  /** The processes of instances that run now, each the leader of its group, by process id. */
  instances(): Promise<readonly MarkedProcess[]>;
}

type Variables = Readonly<Record<string, string | undefined>>;

export async function startInstallation(directory: string, variables: Variables): Promise<Installation> {
  const root = join(directory, 'slipway');
  mkdirSync(root, { mode: 0o700 });
  const home = homeAt(root);
  prepareHome(home);
  writeFileSync(home.environments, ENVIRONMENTS);
  const slack = await openWorkspace();
  const environment = { ...variables, SLIPWAY_HOME: root, SLIPWAY_PORT: '0', SLIPWAY_ROUTER_PORT: '0', SLIPWAY_SLACK_ORIGIN: slack.origin, SLIPWAY_BUILD_VARIABLES: NETWORK_VARIABLES.filter((name) => variables[name] !== undefined).join(',') };
  const address = await upInBackground({ home, config: localConfig(environment), environment, say: () => undefined });
  return {
    home, address, slack,
    pidOf: async (part) => {
      const living = await livingProcess(join(home.processes, part));
      if (living === undefined) throw new Error(`the ${part} does not run`);
      return living.pid;
    },
    instances: async () => (await processTable().marked(home.instances)).filter(({ pid, group }) => pid === group),
  };
}

/** Ends everything the installation in this directory has started, by force what does not end; answers how many had to be killed. */
export async function endInstallation(directory: string): Promise<number> {
  const home = homeAt(join(directory, 'slipway'));
  await Promise.race([down(home, 'stop'), new Promise((resolve) => setTimeout(resolve, DOWN_WITHIN_MS, 'late').unref())]);
  const left = await leftovers(home);
  for (const pid of left) kill(pid);
  return left.length;
}

/** The supervisor comes first, so that it starts nothing again. */
async function leftovers(home: Home): Promise<number[]> {
  const parts = await Promise.all(PARTS.map((part) => livingProcess(join(home.processes, part))));
  return [...parts.flatMap((part) => (part === undefined ? [] : [part.pid])), ...(await processTable().marked(home.instances)).map(({ pid }) => pid)];
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
