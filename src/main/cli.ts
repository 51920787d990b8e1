/** The command line's entry: bundled to dist/cli.mjs, which bin/slipway.mjs runs. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { addOwnTarget, readOwnTargets, sendTo } from '../adapters/local/own-targets.ts';
import { exportedFunction } from '../adapters/local/own-targets/module.ts';
import { validate } from '../app/validate.ts';
import { CliError, EXIT } from '../cli/exit.ts';
import type { CliNeeds } from '../cli/needs.ts';
import { runInProcess } from '../cli/process.ts';
import { localConfig, processEnvironment } from '../config.ts';
import { SlipwayError } from '../domain/errors.ts';
import { TARGET_KINDS } from '../targets/registry.ts';
import { homeAt } from './home.ts';
import { packageRoot } from './machines.ts';
import { portsInTheWay } from './ports-in-the-way.ts';
import { down, upInBackground, upInForeground, type UpOptions } from './up.ts';

const environment = processEnvironment();
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** The directory of the option wins over SLIPWAY_HOME, in the processes that are started too. */
function optionsFor(home: string): UpOptions {
  const given = { ...environment, SLIPWAY_HOME: home };
  return { home: homeAt(home), config: localConfig(given), environment: given, say };
}

async function prepared({ home, targets: own }: Parameters<CliNeeds['up']>[0]): Promise<UpOptions> {
  const options = optionsFor(home);
  for (const { kind, place } of own) await addOwnTarget(options.home.targets, TARGET_KINDS, kind, place);
  return options;
}

const up: CliNeeds['up'] = (given) => refusing(async () => {
  const options = await prepared(given);
  outliveTerminal();
  return upInForeground({ ...options, say: (line) => say(/^https?:/.test(line) ? `The control plane answers at ${line}` : line) });
});

const upDetached: CliNeeds['upDetached'] = (given) => refusing(async () => {
  const options = await prepared(given);
  const url = await upInBackground(options);
  return { url, remarks: await portsInTheWay(options.home, options.config, new AbortController().signal) };
});

const end: CliNeeds['down'] = ({ home, keepServices }) => refusing(() => down(homeAt(home), keepServices ? 'keep' : 'stop'));

/** Whoever read what is said here may go; what runs is not ended by that. */
function outliveTerminal(): void {
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error').on('error', () => undefined);
}

/** What is refused by name is said as it is; anything else is a fault in here. */
async function refusing<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof SlipwayError ? new CliError(EXIT.failed, error.message, { cause: error }) : error;
  }
}

/** Only `target test --function` needs the SDK, so only it loads it. */
const send: CliNeeds['sendTo'] = async (place) => ('function' in place ? (await import('../adapters/aws/target-function.ts')).sendToFunction(place.function) : sendTo('under test', place));

const handOf: CliNeeds['handOf'] = (path) => refusing(async () => {
  const kill = await exportedFunction(path, 'kill');
  return async (instance) => void (await kill(instance));
});

/** The user's own targets of this machine may be named in a manifest too. */
const targets = async (): Promise<readonly string[]> => [...TARGET_KINDS, ...(await readOwnTargets(homeAt(localConfig(environment).home).targets, TARGET_KINDS)).keys()];

function packageVersion(): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'))).version;
}

process.exitCode = await runInProcess(process.argv.slice(2), { env: environment, userHome: homedir(), program: { get version() { return packageVersion(); }, node: process.versions.node }, hookProgram: { node: process.execPath, script: join(packageRoot(), 'bin', 'post-receive.mjs') }, validate: async (input) => validate({ targets: await targets() })(input), up, upDetached, down: end, sendTo: send, handOf });
