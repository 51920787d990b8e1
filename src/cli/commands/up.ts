/** `slipway up` and `slipway down`: the control plane of this machine. */
import { resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { OwnTargetKind, OwnTargetPlace } from '../../contracts/own-target.ts';
import { CliError, EXIT } from '../exit.ts';
import { example, runs, type Host } from '../session.ts';

interface OwnTarget {
  readonly kind: string;
  readonly where: string;
}

/** One more of them. */
function ownTargets(value: string, before: readonly OwnTarget[] = []): readonly OwnTarget[] {
  const [, name = '', where = ''] = /^([^=]*)=(.+)$/.exec(value) ?? [];
  const kind = OwnTargetKind.safeParse(name);
  if (!kind.success || where === '') throw new InvalidArgumentError('Write KIND=WHERE, for example site=./handler.mjs or site=http://127.0.0.1:9000. A kind has lower case letters, digits and hyphens.');
  return [...before, { kind: kind.data, where }];
}

const placeOf = (directory: string, where: string): OwnTargetPlace => OwnTargetPlace.parse(/^https?:\/\//.test(where) ? { url: where } : { module: resolve(directory, where) });

export function addUp(host: Host): void {
  const command = host.program.command('up').summary('start the control plane on this machine').helpGroup('The control plane:')
    .description('Starts the control plane and the router on this machine, and takes over the services that run already. Ctrl-C ends all of it, services too; SIGTERM leaves the services running.')
    .option('--detach', 'leave it running in the background and come back')
    .addOption(new Option('--target <kind=where>', 'a target of your own: a module or an http address; kept for later starts').argParser(ownTargets));
  example(command, 'slipway up', 'slipway up --detach --home ./data', 'slipway up --target site=./site/handler.mjs');
  runs<{ detach?: boolean; target?: readonly OwnTarget[] }>(host, command, async (session, { detach, target = [] }) => {
    const options = { home: session.home, targets: target.map(({ kind, where }) => ({ kind, place: placeOf(session.needs.directory, where) })) };
    if (detach !== true) return session.needs.up(options);
    const { url, remarks } = await session.needs.upDetached(options);
    return session.answer({ url, remarks }, () => [`The control plane answers at ${url}`, ...remarks]);
  });
}

export function addDown(host: Host): void {
  const command = host.program.command('down').summary('stop the control plane on this machine').helpGroup('The control plane:').description('Stops the control plane and the router of this machine, and the services that it runs.')
    .option('--keep-services', 'leave the services running; the next "slipway up" takes them over');
  example(command, 'slipway down --keep-services');
  runs<{ keepServices?: boolean }>(host, command, async (session, options) => {
    const keepServices = options.keepServices === true;
    const { ran, left } = await session.needs.down({ home: session.home, keepServices });
    if (left > 0 && !keepServices) throw new CliError(EXIT.failed, `${left} processes of services still run, because there was no control plane that could end them. Let one take them over and end them: slipway up --detach, then slipway down.`);
    const stay = left > 0 ? '; its services go on running' : '';
    session.answer({ ran, left }, () => [ran ? `The control plane of ${session.home} has ended${stay || ', and its services with it'}.` : `No control plane runs on ${session.home}${stay}.`]);
  });
}
