/** The command line's entry: bundled to dist/cli.mjs, which bin/slipway.mjs runs. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { validate } from '../app/validate.ts';
import { CliError, EXIT } from '../cli/exit.ts';
import type { CliNeeds } from '../cli/needs.ts';
import { runInProcess } from '../cli/process.ts';
import { localConfig, processEnvironment } from '../config.ts';
import { SlipwayError } from '../domain/errors.ts';
import { TARGET_KINDS } from '../targets/registry.ts';
import { homeAt } from './home.ts';
import { packageRoot } from './machines.ts';
import { down, upInBackground, upInForeground, type UpOptions } from './up.ts';

const environment = processEnvironment();
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** The directory of the option wins over SLIPWAY_HOME, in the processes that are started too. */
function optionsFor(home: string): UpOptions {
  const given = { ...environment, SLIPWAY_HOME: home };
  return { home: homeAt(home), config: localConfig(given), environment: given, say };
}

const up: CliNeeds['up'] = ({ home, detach }) => refusing(async () => {
  const options = optionsFor(home);
  if (!detach) return upInForeground({ ...options, say: (line) => say(/^https?:/.test(line) ? `The control plane answers at ${line}` : line) });
  say(`The control plane answers at ${await upInBackground(options)}`);
  return EXIT.ok;
});

const end: CliNeeds['down'] = ({ home, keepServices }) => refusing(async () => {
  const ran = await down(homeAt(home), keepServices ? 'keep' : 'stop');
  say(ran ? `The control plane of ${home} has ended${keepServices ? '; its services go on running' : ', and its services with it'}.` : `No control plane runs on ${home}.`);
  return EXIT.ok;
});

/** What is refused by name is said as it is; anything else is a fault in here. */
async function refusing(run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof SlipwayError ? new CliError(EXIT.failed, error.message, { cause: error }) : error;
  }
}

process.exitCode = await runInProcess(process.argv.slice(2), { env: environment, userHome: homedir(), hookProgram: { node: process.execPath, script: join(packageRoot(), 'bin', 'post-receive.mjs') }, validate: validate({ targets: TARGET_KINDS }), up, down: end });
