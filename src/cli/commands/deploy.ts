/** `slipway plan`, `slipway deploy`, `slipway rollback`: move a version. */
import { PipelineSummary } from '../answers/pipeline-summary.ts';
import { PlanPreview } from '../answers/installation.ts';
import { environmentName, environmentOption, serviceName } from '../arguments.ts';
import type { Client, Answer } from '../client.ts';
import { follow } from '../progress/follow.ts';
import { example, runs, type Host, type Session } from '../session.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { placePath } from './place-path.ts';

interface DeployOptions {
  readonly version: string;
  readonly environment?: string;
  readonly wait?: boolean;
}

export function addPlan(host: Host): void {
  const command = host.program.command('plan').summary('what a deployment would do').helpGroup('Releases:').description('Prints what a deployment would do, step by step, and its hash. Nothing is changed.')
    .argument('<service>', 'the service', serviceName).requiredOption('-v, --version <version>', 'the version, or a commit').addOption(environmentOption(true));
  example(command, 'slipway plan catalog --version 1.4.0 --environment production');
  runs<DeployOptions>(host, command, async (session, { version, environment }, service) => {
    const { value, raw } = await (await session.connect()).post('/v1/plans', { service, version, environment }, PlanPreview);
    session.answer(raw, () => [...value.lines, '', `plan ${value.hash}`]);
  });
}

export function addDeploy(host: Host): void {
  const command = host.program.command('deploy').summary('deploy a version').helpGroup('Releases:')
    .description('Deploys a version that was built or registered: through all environments in their order, or in one.')
    .argument('<service>', 'the service', serviceName).requiredOption('-v, --version <version>', 'the version, or a commit')
    .option('-e, --environment <environment>', 'only there', environmentName).option('--wait', 'show progress; exit 0 only if it succeeded');
  example(command, 'slipway deploy catalog --version 1.4.0 --environment production --wait');
  runs<DeployOptions>(host, command, async (session, { version, environment, wait }, service) => {
    const client = await session.connect();
    return started(session, client, await client.post('/v1/deployments', { service, version, ...(environment === undefined ? {} : { environment }) }, PipelineSummary), wait === true);
  });
}

export function addRollback(host: Host): void {
  const command = host.program.command('rollback').summary('go back to an earlier release').helpGroup('Releases:')
    .description('Goes back to the release before the one in place, or to a version. At once: without canary, tests or approval.')
    .argument('<service>', 'the service', serviceName).addOption(environmentOption(true)).option('-v, --version <version>', 'to this version').option('--wait', 'show progress; exit 0 only if it succeeded');
  example(command, 'slipway rollback catalog --environment production --wait');
  runs<Partial<DeployOptions>>(host, command, async (session, { version, environment, wait }, service) => {
    const client = await session.connect();
    return started(session, client, await client.post(`${placePath(service, environment)}/rollback`, version === undefined ? {} : { version }, PipelineSummary), wait === true);
  });
}

/** Says which pipeline began, or follows it. */
async function started(session: Session, client: Client, { value, raw }: Answer<PipelineSummary>, wait: boolean): Promise<ExitCode> {
  if (wait) return follow(session, client, value.id);
  session.answer(raw, () => [`${value.id} has begun: ${value.service} ${value.version} to ${value.waves.flat().join(', ')}.`, `Watch it: slipway history ${value.service} --wait`]);
  return EXIT.ok;
}
