/** `slipway up` and `slipway down`: the control plane of this machine. */
import { example, runs, type Host } from '../session.ts';

export function addUp(host: Host): void {
  const command = host.program.command('up').summary('start the control plane on this machine').helpGroup('The control plane:')
    .description('Starts the control plane and the router on this machine, and takes over the services that run already. Ctrl-C ends all of it, services too; SIGTERM leaves the services running.')
    .option('--detach', 'leave it running in the background and come back');
  example(command, 'slipway up', 'slipway up --detach --home ./data');
  runs<{ detach?: boolean }>(host, command, (session, options) => session.needs.up({ home: session.home, detach: options.detach === true }));
}

export function addDown(host: Host): void {
  const command = host.program.command('down').summary('stop the control plane on this machine').helpGroup('The control plane:').description('Stops the control plane and the router of this machine, and the services that it runs.')
    .option('--keep-services', 'leave the services running; the next "slipway up" takes them over');
  example(command, 'slipway down --keep-services');
  runs<{ keepServices?: boolean }>(host, command, (session, options) => session.needs.down({ home: session.home, keepServices: options.keepServices === true }));
}
