/** `slipway target test`: holds somebody's own target to the contract. Needs no control plane. */
import { resolve } from 'node:path';
import { Option } from 'commander';
import type { OwnTargetPlace, Send } from '../../contracts/own-target.ts';
import { DescribeResult } from '../../contracts/target.ts';
import { runChecks, traitsOf, type CheckOutcome, type Traits } from '../../contracts/target-suite/index.ts';
import { directHarness } from '../../contracts/target-suite/direct-harness.ts';
import { readable, wholeNumber } from '../arguments.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { messageOf } from '../faults.ts';
import { example, runs, type Host, type Session } from '../session.ts';
import { count } from '../text/time.ts';

interface Options {
  readonly module?: string;
  readonly address?: string;
  readonly function?: string;
  readonly spec?: string;
  readonly hand?: string;
  readonly patience: number;
}

const SPEC_BYTES_MAX = 1024 * 1024;

export function addTarget(host: Host): void {
  const target = host.program.command('target').summary('check a target of your own').helpGroup('The installation:').description('Targets of your own.');
  example(target, 'slipway target test --module ./handler.mjs');
  const others = ['module', 'address', 'function'];
  const one = (flags: string, description: string, name: string) => new Option(flags, description).conflicts(others.filter((other) => other !== name));
  const command = target.command('test').summary('hold a target to the contract')
    .description('Calls the five verbs of a target and says what holds and what does not. Each check has a service of its own, which is taken away afterwards. Exit 1 when a check fails.')
    .addOption(one('--module <file>', 'a module that exports handler(request)', 'module')).addOption(one('--address <url>', 'an http address that takes a request by POST', 'address'))
    .addOption(one('--function <name>', 'a Lambda function, with your own AWS credentials', 'function'))
    .option('--spec <file>', 'JSON that is laid over the revisions that are launched: settings, digest, ...')
    .option('--hand <file>', 'a module that exports kill(instance), for the checks of failures')
    .addOption(new Option('--patience <seconds>', 'how long to wait for the platform each time').argParser(wholeNumber(1, 3600)).default(60));
  example(command, 'slipway target test --module ./handler.mjs --hand ./kill.mjs', 'slipway target test --function slipway-target-site --spec spec.json');
  runs<Options>(host, command, test);
}

async function test(session: Session, options: Options): Promise<ExitCode> {
  const { needs, style } = session;
  const send = await needs.sendTo(placeOf(needs.directory, options));
  const kill = options.hand === undefined ? null : await needs.handOf(resolve(needs.directory, options.hand));
  const traits = await traitsSaid(send);
  const run = (needs.now() % 36 ** 6).toString(36);
  const spec = await specOf(session, options.spec);
  const parts = { send, kill, spec, run, patienceMs: options.patience * 1000, wait: (ms: number) => needs.sleep(ms, new AbortController().signal), elapsed: needs.now };
  let number = 0;
  const outcomes = await runChecks(async () => directHarness(parts, (number += 1)), traits, (outcome) => session.say(...lines(session, outcome)));
  const failed = outcomes.filter(({ status }) => status === 'failed').length;
  const left = outcomes.filter(({ status }) => status === 'left-out').length;
  const held = outcomes.length - failed - left;
  if (session.json) session.answer({ traits, held, failed, leftOut: left, checks: outcomes.map(documentOf) }, () => []);
  session.say('', `${count(outcomes.length, 'check')}: ${style('good', `${held} held`)}, ${style(failed > 0 ? 'bad' : 'quiet', `${failed} failed`)}, ${left} left out.`);
  return failed > 0 ? EXIT.failed : EXIT.ok;
}

function placeOf(directory: string, { module, address, function: name }: Options): OwnTargetPlace | { readonly function: string } {
  if (module !== undefined) return { module: resolve(directory, module) };
  if (address !== undefined) return { url: address };
  if (name !== undefined) return { function: name };
  throw new CliError(EXIT.usage, 'Say where the target is: --module FILE, --address URL or --function NAME.');
}

async function traitsSaid(send: Send): Promise<Traits> {
  const answer = await send({ verb: 'describe' }).catch((error: unknown) => {
    throw new CliError(EXIT.failed, `The target does not answer describe, so nothing else was asked of it: ${messageOf(error)}`, { cause: error });
  });
  const described = DescribeResult.safeParse(answer);
  if (described.success) return traitsOf(described.data);
  throw new CliError(EXIT.failed, `describe answered something else than its result, so nothing else was asked: ${described.error.issues.map((issue) => `${issue.path.join('.') || '(answer)'}: ${issue.message}`).join('; ')}`);
}

async function specOf({ needs }: Session, file: string | undefined): Promise<Readonly<Record<string, unknown>>> {
  if (file === undefined) return {};
  const text = await readable(needs.files.read(resolve(needs.directory, file), SPEC_BYTES_MAX), file);
  const document = documentIn(text);
  if (typeof document === 'object' && document !== null && !Array.isArray(document)) return document as Record<string, unknown>;
  throw new CliError(EXIT.failed, `${file} is no JSON object. Write for example {"settings": {"root": "/srv/sites"}}.`);
}

function documentIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function lines({ style }: Session, outcome: CheckOutcome): string[] {
  const what = `${outcome.check.group} ${outcome.check.name}`;
  switch (outcome.status) {
    case 'held': return [`${style('good', '✓')} ${what}`];
    case 'left-out': return [`${style('quiet', `- ${what}`)} (left out: ${outcome.why})`];
    case 'failed': return [style('bad', `✗ ${what}`), ...outcome.error.message.split('\n').map((line) => `    ${line}`)];
  }
}

const documentOf = (outcome: CheckOutcome) => ({
  check: `${outcome.check.group} ${outcome.check.name}`, status: outcome.status,
  ...(outcome.status === 'failed' ? { error: outcome.error.message } : {}), ...(outcome.status === 'left-out' ? { why: outcome.why } : {}),
});
