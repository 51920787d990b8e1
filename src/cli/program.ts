/** The program: every command, and how a run of it ends. */
import { Command, CommanderError } from 'commander';
import { addArtifact } from './commands/artifact.ts';
import { addAudit } from './commands/audit.ts';
import { addConsole } from './commands/console.ts';
import { addDecisions } from './commands/decide.ts';
import { addDeploy, addPlan, addRollback } from './commands/deploy.ts';
import { addDrift } from './commands/drift.ts';
import { addHistory } from './commands/history.ts';
import { addInit } from './commands/init.ts';
import { addDelivery } from './commands/delivery.ts';
import { addAlerts, addDeliveries, addEnv } from './commands/installation.ts';
import { addJudge } from './commands/judge.ts';
import { addLogin, addLogout } from './commands/login.ts';
import { addLogs } from './commands/logs.ts';
import { addNotification } from './commands/notification.ts';
import { addRecording } from './commands/recording.ts';
import { addPerformance } from './commands/performance.ts';
import { addCompare, addConfig, addReleases } from './commands/releases.ts';
import { addService } from './commands/service.ts';
import { addSession } from './commands/session.ts';
import { addShow } from './commands/show.ts';
import { addSlack } from './commands/slack.ts';
import { addStatus } from './commands/status.ts';
import { addCancel, addPause, addPromote, addResume, addScale, addZone } from './commands/steer.ts';
import { addTarget } from './commands/target.ts';
import { addToken } from './commands/token.ts';
import { addDown, addUp } from './commands/up.ts';
import { addValidate } from './commands/validate.ts';
import { addVersion } from './commands/version.ts';
import { addCompletion } from './completion.ts';
import { CliError, EXIT } from './exit.ts';
import { messageOf } from './faults.ts';
import type { CliNeeds } from './needs.ts';
import type { Host } from './session.ts';
import { jsonText } from './text/json-text.ts';
import { styleOf } from './text/style.ts';

const COMMANDS: readonly ((host: Host) => void)[] = [
  addUp,
  addDown,
  addInit,
  addValidate,
  addPlan,
  addDeploy,
  addRollback,
  addHistory,
  addShow,
  addJudge,
  addReleases,
  addCompare,
  addArtifact,
  addDecisions,
  addPromote,
  addCancel,
  addStatus,
  addConsole,
  addConfig,
  addLogs,
  addDrift,
  addPause,
  addResume,
  addScale,
  addZone,
  addRecording,
  addEnv,
  addService,
  addDeliveries,
  addDelivery,
  addAudit,
  addPerformance,
  addAlerts,
  addNotification,
  addTarget,
  addSlack,
  addLogin,
  addLogout,
  addSession,
  addToken,
  addCompletion,
  addVersion,
];

/**
 * @param ended called once with the exit code of the command that ran
 * @param mistakes whether wrong usage is printed as text, or left to whoever catches it
 */
export function createProgram(needs: CliNeeds, ended: (exitCode: number) => void, mistakes: 'said' | 'thrown' = 'said'): Command {
  const program = new Command('slipway')
    .description('Takes releases from a git push to full traffic, and keeps what runs as it was asked for.')
    .option('--home <directory>', 'the data directory of this machine\'s control plane (SLIPWAY_HOME, ~/.slipway)')
    .option('--url <url>', 'a control plane elsewhere (SLIPWAY_URL, with SLIPWAY_TOKEN)')
    .option('--json', 'print answers as JSON')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', '\nExit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 no control plane answers, 4 not authenticated, 130 Ctrl-C.\nExample:\n  slipway deploy catalog --version 1.4.0 --wait')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void needs.stdout.write(text), writeErr: (text) => void (mistakes === 'thrown' || needs.stderr.write(text)),
      getOutHelpWidth: () => needs.stdout.columns ?? 100, getErrHelpWidth: () => needs.stderr.columns ?? 100, getOutHasColors: () => false, getErrHasColors: () => false,
    });
  for (const add of COMMANDS) add({ program, needs, ended });
  return program;
}

/** What people ask any program for. Only as the first word: further on it is the option of a command, the version of a release. */
const withVersion = (words: readonly string[]): readonly string[] => (words[0] === '--version' || words[0] === '-V' ? ['version', ...words.slice(1)] : words);

/**
 * Runs one command line, without the names of node and the script. Everything that goes wrong is said on the error output, as one
 * line of JSON with --json. @returns the exit code
 */
export async function runProgram(needs: CliNeeds, words: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.ok;
  const json = words.includes('--json');
  try {
    await createProgram(needs, (code) => { exitCode = code; }, json ? 'thrown' : 'said').parseAsync([...withVersion(words)], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) return said(needs, error, json);
    if (error.exitCode === 0) return EXIT.ok;
    // Commander has said it already, help and mistakes alike.
    return json ? said(needs, wrongUsage(error), json) : EXIT.usage;
  }
}

/** Commander's words, in this program's form. For a command that is none by itself it has no words but its help. */
function wrongUsage({ code, message }: CommanderError): CliError {
  if (code === 'commander.help') return new CliError(EXIT.usage, 'A command is missing after these words. The same with --help names them.');
  const [first = '', ...details] = message.replace(/^error: /, '').split('\n');
  return new CliError(EXIT.usage, first, { details });
}

function said(needs: CliNeeds, error: unknown, json: boolean): number {
  const { exitCode, problem, details } = error instanceof CliError ? error : { exitCode: EXIT.failed, problem: null, details: [] };
  const message = error instanceof CliError ? error.message : `Something went wrong in the command line itself: ${error instanceof Error ? error.stack ?? error.message : messageOf(error)}`;
  const style = styleOf(needs.isTerminal && !json, needs.env.NO_COLOR);
  needs.stderr.write(json ? `${jsonText({ error: { exitCode, message, details, problem } })}\n` : `${[style('bad', message), ...details].join('\n')}\n`);
  return exitCode;
}
