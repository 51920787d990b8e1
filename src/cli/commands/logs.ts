/** `slipway logs`: the output of instances. */
import { Logs } from '../answers/installation.ts';
import { environmentOption, serviceName, wholeNumber } from '../arguments.ts';
import { mayPass, type Client } from '../client.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { added } from '../log-tail.ts';
import { interruption } from '../progress/follow.ts';
import { example, runs, type Host, type Session } from '../session.ts';
import { jsonText } from '../text/json-text.ts';
import { logText } from '../text/log-text.ts';
import { placePath } from './place-path.ts';

interface Options {
  readonly environment: string;
  readonly bytes: number;
  readonly follow?: boolean;
}

const LOOK_MS = 500;
/** Where the control plane asks a service that takes few calls. */
const PAID_LOOK_MS = 3000;
/** More than is shown at first, so that what comes between two looks overlaps with the look before. */
const FOLLOW_BYTES = 256 * 1024;

export function addLogs(host: Host): void {
  const command = host.program.command('logs').summary('the output of instances').helpGroup('What runs:').description('Prints the newest output of every instance of a service.')
    .argument('<service>', 'the service', serviceName).addOption(environmentOption(true))
    .option('--bytes <number>', 'so much of each instance', wholeNumber(1, 1024 * 1024), 16 * 1024).option('-f, --follow', 'go on until Ctrl-C');
  example(command, 'slipway logs catalog --environment production --follow');
  runs<Options>(host, command, async (session, options, service) => {
    const client = await session.connect();
    const path = `${placePath(service, options.environment)}/logs`;
    const { value, raw, next } = await client.get(`${path}?bytes=${options.bytes}`, Logs);
    if (options.follow === true) return followLogs(session, client, path, { value, next });
    session.answer(raw, () => (value.length === 0 ? [`No instance of ${service} has run in ${options.environment}.`] : value.flatMap((log) => [session.style('strong', `== ${log.instance} (${log.revision})`), ...(log.text === '' ? [] : [shown(session, log.text)])])));
    return EXIT.ok;
  });
}

/** To a terminal nothing that could do something to it, whatever the input is; to a pipe the bytes as they are. */
function shown({ needs, style }: Session, text: string): string {
  const end = text.trimEnd();
  return needs.stdout.isTTY === true ? logText(end, style('quiet', '-') !== '-') : end;
}

interface LookedLogs {
  readonly value: typeof Logs._output;
  readonly next: string | null;
}

/** Where the answer says what comes next, that is asked for; else the ends are compared with those of the look before. */
async function followLogs(session: Session, client: Client, path: string, first: LookedLogs): Promise<ExitCode> {
  const { signal, release } = interruption(session);
  const before = new Map<string, string>();
  try {
    for (let looked = first; !signal.aborted;) {
      for (const { instance, text } of looked.value) {
        const fresh = before.has(instance) ? added(before.get(instance) ?? '', text) : text;
        if (looked.next === null) before.set(instance, text);
        if (fresh !== '') print(session, instance, fresh);
      }
      const { next } = looked;
      await session.needs.sleep(next === null ? LOOK_MS : PAID_LOOK_MS, signal);
      const found = signal.aborted ? null : await client.get(next ?? `${path}?bytes=${FOLLOW_BYTES}`, Logs).catch((error: unknown) => {
        if (!mayPass(error)) throw error;
        return null;
      });
      looked = found ?? { value: [], next };
    }
    return EXIT.interrupted;
  } finally {
    release();
  }
}

function print(session: Session, instance: string, text: string): void {
  if (session.json) return void session.needs.stdout.write(`${jsonText({ instance, text })}\n`);
  return session.say(...shown(session, text).split('\n').map((line) => `${session.style('quiet', instance)}  ${line}`));
}
