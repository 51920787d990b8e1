/** The folder of an installation on one machine: where each part keeps what. */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskFault } from '../adapters/archive-rules/disk-fault.ts';
import { InvalidInput, SlipwayError } from '../domain/errors.ts';
import { webhookSecretFile, type GitHost } from '../domain/git-host.ts';
import { controlSocketPath } from '../router/control-socket.ts';

export interface Home {
  readonly root: string;
  readonly environments: string;
  readonly state: string;
  readonly journal: string;
  readonly artifacts: string;
  readonly secrets: string;
  readonly git: string;
  readonly builds: string;
  readonly commands: string;
  readonly instances: string;
  /** The user's own targets, a file each. */
  readonly targets: string;
  readonly router: string;
  readonly routerSocket: string;
  readonly identities: string;
  readonly token: string;
  /** GitHub's, and post-receive hooks'; webhookSecretAt has the others. */
  readonly webhookSecret: string;
  readonly slackSecret: string;
  /** The bot token of the Slack app; missing: nothing is posted. */
  readonly slackToken: string;
  readonly address: string;
  /** What instances show when they send telemetry. */
  readonly telemetryToken: string;
  readonly uploads: string;
  readonly logs: string;
  /** Process ids of supervisor, control plane and router, one file each. */
  readonly processes: string;
  /** Where the supervisor starts processes for the control plane. */
  readonly spawnerSocket: string;
}

export function homeAt(root: string): Home {
  const at = (name: string) => join(root, name);
  return {
    root, environments: at('environments.yaml'), state: at('state.db'), journal: at('journal.db'), artifacts: at('artifacts'), secrets: at('secrets'), git: at('git'), builds: at('builds'),
    commands: at('commands'), instances: at('instances'), targets: at('targets'), router: at('router'), routerSocket: controlSocketPath(at('router'), tmpdir()), identities: at('identities.json'), token: at('token'),
    webhookSecret: at(webhookSecretFile('github')), slackSecret: at('slack-secret'), slackToken: at('slack-token'), address: at('address'), telemetryToken: at('telemetry-token'), uploads: at('uploads'), logs: at('logs'), processes: at('processes'), spawnerSocket: controlSocketPath(at('processes'), tmpdir(), 'spawner.sock'),
  };
}

/** The key of one kind of git host's webhooks. */
export const webhookSecretAt = (home: Home, host: GitHost): string => join(home.root, webhookSecretFile(host));

/** Makes the folders that are missing, for this user alone. @throws InvalidInput where they cannot be made or written, StorageFull */
export function prepareHome(home: Home): void {
  try {
    for (const folder of [home.root, home.artifacts, home.secrets, home.git, home.builds, home.commands, home.instances, home.router, home.uploads, home.logs, home.processes]) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      accessSync(folder, constants.W_OK | constants.X_OK);
    }
  } catch (error) {
    const fault = diskFault(error, `make the data directory ${home.root}`);
    if (fault instanceof SlipwayError) throw fault;
    throw new InvalidInput(`The data directory ${home.root} cannot be used: ${error instanceof Error ? error.message : String(error)}. Make it writable for this user, or name another one: --home DIRECTORY, or SLIPWAY_HOME.`, { directory: home.root }, { cause: error });
  }
}
