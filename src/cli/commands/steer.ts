/** `promote`, `cancel`, `pause`, `resume`, `scale`, `zone`: what people say to a place or a pipeline. */
import { Argument } from 'commander';
import * as z from 'zod';
import { PipelineSummary } from '../answers/pipeline-summary.ts';
import { Desired } from '../answers/place.ts';
import { Line } from '../answers/text.ts';
import { environmentOption, pipelineId, serviceName, wholeNumber } from '../arguments.ts';
import { example, runs, type Host } from '../session.ts';
import { placePath } from './place-path.ts';

interface Options {
  readonly environment: string;
  readonly why?: string;
}

/** Not sent where nothing is said, so that an older control plane takes it too. */
const saying = (why: string | undefined): { why?: string } => (why === undefined || why === '' ? {} : { why });

const Promoted = z.object({ id: Line });

export function addPromote(host: Host): void {
  const command = host.program.command('promote').summary('end the watch at work early').helpGroup('A running pipeline:')
    .description('Ends the watch at work early, on the evidence there is: without enough of it the judge goes on watching. It does not approve.')
    .argument('<service>', 'the service', serviceName).addOption(environmentOption(true));
  example(command, 'slipway promote catalog --environment production');
  runs<Options>(host, command, async (session, { environment }, service) => {
    const { value, raw } = await (await session.connect()).post(`${placePath(service, environment)}/promote`, {}, Promoted);
    session.answer(raw, () => [`The watch of ${value.id} ends at the judge's next look, if its evidence is enough.`]);
  });
}

export function addCancel(host: Host): void {
  const command = host.program.command('cancel').summary('end a pipeline and take back what it changed').helpGroup('A running pipeline:').description('Ends a pipeline at its next turn; whatever it changed is taken back.')
    .argument('<pipeline>', 'the pipeline, for example catalog-7', pipelineId).option('--why <reason>', 'kept with the pipeline', '');
  example(command, 'slipway cancel catalog-7 --why "wrong branch"');
  runs<Options>(host, command, async (session, { why }, pipeline) => {
    const { value, raw } = await (await session.connect()).post(`/v1/pipelines/${encodeURIComponent(pipeline ?? '')}/cancel`, { why }, PipelineSummary);
    session.answer(raw, () => [`${value.id} ends at its next turn. Watch it: slipway show ${value.id}`]);
  });
}

export function addPause(host: Host): void {
  const command = host.program.command('pause').summary('stop repair of a service').helpGroup('What runs:').description('Stops repair of a service in an environment, so that it does not work against a person at work.')
    .argument('<service>', 'the service', serviceName).addOption(environmentOption(true)).option('--why <reason>', 'shown to whoever looks', '');
  example(command, 'slipway pause catalog --environment production --why "looking at a leak"');
  runs<Options>(host, command, async (session, { environment, why }, service) => {
    const { value, raw } = await (await session.connect()).post(`${placePath(service, environment)}/pause`, { why }, Desired);
    session.answer(raw, () => [`Repair of ${value.service} in ${value.environment} is paused. Go on: slipway resume ${value.service} --environment ${value.environment}`]);
  });
}

export function addResume(host: Host): void {
  const command = host.program.command('resume').summary('go on repairing a service').helpGroup('What runs:').description('Goes on repairing a service, and repairs at once what has drifted meanwhile.')
    .argument('<service>', 'the service', serviceName).addOption(environmentOption(true)).option('--why <reason>', 'kept in the audit', '');
  example(command, 'slipway resume catalog --environment production', 'slipway resume catalog --environment production --why "the leak is found"');
  runs<Options>(host, command, async (session, { environment, why }, service) => {
    const { value, raw } = await (await session.connect()).post(`${placePath(service, environment)}/resume`, saying(why), Desired);
    session.answer(raw, () => [`${value.service} in ${value.environment} is repaired again.`]);
  });
}

export function addScale(host: Host): void {
  const command = host.program.command('scale').summary('set the number of instances').helpGroup('What runs:')
    .description('Sets the number of instances until the next release, whose manifest says its own. 0 stops them and keeps the release.')
    .argument('<service>', 'the service', serviceName).argument('<instances>', 'how many', wholeNumber(0, 10_000)).addOption(environmentOption(true)).option('--why <reason>', 'kept in the audit', '');
  example(command, 'slipway scale catalog 4 --environment production --why "the sale begins"');
  runs<Options>(host, command, async (session, { environment, why }, service, instances) => {
    const { value, raw } = await (await session.connect()).post(`${placePath(service, environment)}/scale`, { instances: Number(instances), ...saying(why) }, Desired);
    session.answer(raw, () => [`${value.service} in ${value.environment} is to have ${instances} ${instances === '1' ? 'instance' : 'instances'}.`]);
  });
}

export function addZone(host: Host): void {
  const command = host.program.command('zone').summary('say that a zone is lost, or back').helpGroup('What runs:').description('Says that a zone is lost, so that its instances move to the others, or that it is back.')
    .addArgument(new Argument('<state>', 'what it is').choices(['lost', 'back'])).argument('<zone>', 'the zone').argument('<service>', 'the service', serviceName).addOption(environmentOption(true)).option('--why <reason>', 'kept in the audit', '');
  example(command, 'slipway zone lost a catalog --environment production --why "the provider says so"');
  runs<Options>(host, command, async (session, { environment, why }, state, zone, service) => {
    const { value, raw } = await (await session.connect()).post(`${placePath(service, environment)}/zones`, { zone, lost: state === 'lost', ...saying(why) }, Desired);
    session.answer(raw, () => [`Zones lost for ${value.service} in ${value.environment}: ${value.zonesLost.join(', ') || 'none'}.`]);
  });
}
