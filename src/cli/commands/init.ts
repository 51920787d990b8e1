/** `slipway init`: a first slipway.yaml, and environments.yaml on request. Needs no control plane. */
import { basename, join, resolve } from 'node:path';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { messageOf } from '../faults.ts';
import { proposal } from '../proposal.ts';
import { example, runs, type Host, type Session } from '../session.ts';
import { parseEnvironments, parseManifest, renderIssue, type EnvironmentsResult, type ManifestResult } from '../../contracts/manifest-file.ts';
import { scaffoldEnvironments, scaffoldManifest } from '../../contracts/manifest/scaffold.ts';

interface Options {
  readonly service?: string;
  readonly team?: string;
  readonly start?: string[];
  readonly health?: string;
  readonly environments?: boolean;
  readonly approver?: string;
  readonly force?: boolean;
  readonly yes?: boolean;
}

export function addInit(host: Host): void {
  const command = host.program.command('init').summary('write a first slipway.yaml').helpGroup('A repository:')
    .description('Writes a slipway.yaml for the service in a folder, as far as its files tell; on a terminal it asks for the rest. With --environments: the installation\'s environments.yaml instead.')
    .argument('[folder]', 'the service\'s folder', '.')
    .option('--service <name>', 'the service\'s name').option('--team <name>', 'who owns it').option('--start <word...>', 'the command that starts it, word by word').option('--health <path>', 'the path that shows its health')
    .option('--environments', 'write environments.yaml').option('--approver <name>', 'who may approve, in environments.yaml').option('--force', 'replace the file that is there').option('-y, --yes', 'do not ask');
  example(command, 'slipway init', 'slipway init services/catalog --team shop --start node server.js --health /health', 'slipway init --environments --approver anna');
  runs<Options>(host, command, (session, options, folder) => (options.environments === true ? initEnvironments(session, folder ?? '.', options) : initManifest(session, folder ?? '.', options)));
}

async function initManifest(session: Session, folder: string, options: Options): Promise<ExitCode> {
  const { needs } = session;
  const directory = resolve(needs.directory, folder);
  const found = await proposal(needs.files, directory);
  const defaults = { service: options.service ?? found.service, team: options.team ?? found.team, start: (options.start ?? found.start).join(' ') };
  const answers = needs.isTerminal && options.yes !== true && !session.json ? await needs.ask.init(defaults) : defaults;
  if (answers === null) {
    session.remark('Nothing was written.');
    return EXIT.failed;
  }
  // Words of an option stay as they were given, spaces in them included.
  const start = answers.start === defaults.start ? options.start ?? found.start : answers.start.trim().split(/\s+/);
  const text = scaffoldManifest({ service: answers.service, team: answers.team, start, build: found.build, test: found.test, healthPath: options.health });
  return write(session, join(directory, 'slipway.yaml'), text, parseManifest(text, 'slipway.yaml'), options.force === true, ['Check it: slipway validate', 'Then push, after: slipway service add URL']);
}

async function initEnvironments(session: Session, folder: string, options: Options): Promise<ExitCode> {
  const approver = options.approver ?? session.needs.env.USER;
  if (approver === undefined || approver === '') throw new CliError(EXIT.usage, 'Say who may approve: slipway init --environments --approver NAME');
  const text = scaffoldEnvironments({ approver });
  return write(session, join(resolve(session.needs.directory, folder), 'environments.yaml'), text, parseEnvironments(text, 'environments.yaml'), options.force === true, ['Check it: slipway validate environments.yaml']);
}

/** What would not be accepted is not written. */
async function write(session: Session, path: string, text: string, parsed: ManifestResult | EnvironmentsResult, force: boolean, next: readonly string[]): Promise<ExitCode> {
  if (!parsed.ok) throw new CliError(EXIT.usage, 'These values would not be accepted:', { details: parsed.issues.map((issue) => renderIssue(issue, text)) });
  if (!force && (await session.needs.files.exists(path))) throw new CliError(EXIT.failed, `${path} is there already. Edit it, or replace it with --force.`);
  try {
    await session.needs.files.write(path, text, force);
  } catch (error) {
    throw new CliError(EXIT.failed, `${path} cannot be written: ${messageOf(error)}`, { cause: error });
  }
  session.answer({ file: path }, () => [`Wrote ${basename(path)}.`, ...next]);
  return EXIT.ok;
}
