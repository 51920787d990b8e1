/** `slipway version`: which program this is. Needs no control plane. */
import { example, runs, type Host } from '../session.ts';

export function addVersion(host: Host): void {
  const command = host.program.command('version').summary('the version of this program').helpGroup('The control plane:').description('Prints the version of this program, which is that of the control plane it starts. "slipway --version" does the same.');
  example(command, 'slipway version');
  runs(host, command, async (session) => {
    const { version, node } = session.needs.program;
    session.answer({ version, node }, () => [`slipway ${version} (Node ${node})`]);
  });
}
