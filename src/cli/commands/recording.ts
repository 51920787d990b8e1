/** `slipway recording`: requests of users, without their secrets, for replays. */
import * as z from 'zod';
import { Line } from '../answers/text.ts';
import { environmentOption, recordingName, serviceName, wholeNumber } from '../arguments.ts';
import { example, runs, type Host } from '../session.ts';
import { table } from '../text/cells.ts';
import { jsonText } from '../text/json-text.ts';
import { count, span } from '../text/time.ts';
import { placePath } from './place-path.ts';
import { addImport, bodiesOption, headersOption, methodsOption, words } from './recording-import.ts';

const Progress = z.object({ rule: z.object({ sample: z.number(), methods: z.array(Line), bodies: Line }), begunAt: z.number(), endsAt: z.number(), taken: z.number(), leftOut: z.number(), kept: z.number() });
const Recording = z.object({ id: Line, requests: z.number(), bytes: z.number(), digest: Line, progress: Progress, endedAt: z.number(), endedBy: Line, importedFrom: Line.optional() });
const Listed = z.object({ underWay: Progress.nullable(), kept: z.array(Recording) });
const Detail = z.object({ recording: Recording, requests: z.array(z.object({ method: z.string(), target: z.string(), headers: z.record(z.string(), z.string()), body: z.string().optional() })) });

interface Options {
  readonly environment: string;
}

export function addRecording(host: Host): void {
  const recording = host.program.command('recording').summary('record requests for replays').helpGroup('What runs:')
    .description('Records a sample of the requests of users, without cookies, credentials and other secrets. A replay test in slipway.yaml sends them to the next release.');
  example(recording, 'slipway recording start catalog --environment production');
  addStart(host, recording);
  addStop(host, recording);
  addList(host, recording);
  addShow(host, recording);
  addImport(host, recording);
}

function addStart(host: Host, recording: Host['program']): void {
  const command = recording.command('start').description('Begins to record. It ends by itself after its time; what it has is kept with "recording stop".')
    .argument('<service>', 'the service', serviceName).addOption(environmentOption(true))
    .option('--sample <percent>', 'of the requests', wholeNumber(1, 100), 10).option('--requests <n>', 'the newest so many are kept', wholeNumber(1, 10_000), 1000)
    .option('--seconds <n>', 'for so long at most', wholeNumber(1, 86_400), 600)
    .addOption(methodsOption()).addOption(headersOption()).addOption(bodiesOption());
  example(command, 'slipway recording start catalog --environment production --sample 5 --seconds 900', 'slipway recording start catalog -e production --methods GET,POST --bodies json');
  runs<Options & { sample: number; requests: number; seconds: number; methods: string; headers: string; bodies: string }>(host, command, async (session, { environment, sample, requests, seconds, methods, headers, bodies }, service) => {
    const rule = { sample, requests, seconds, methods: words(methods.toUpperCase()), headers: words(headers.toLowerCase()), bodies };
    const { value, raw } = await (await session.connect()).post(`${placePath(service, environment)}/recordings`, rule, Progress);
    session.answer(raw, () => [`Recording ${value.rule.sample} % of ${value.rule.methods.join(', ')} for ${span((value.endsAt - value.begunAt) / 1000)} at most. Keep it: slipway recording stop ${service} --environment ${environment}`]);
  });
}

function addStop(host: Host, recording: Host['program']): void {
  const command = recording.command('stop').description('Ends a recording and keeps it; the newest 10 of an environment are kept.').argument('<service>', 'the service', serviceName).addOption(environmentOption(true));
  example(command, 'slipway recording stop catalog --environment production');
  runs<Options>(host, command, async (session, { environment }, service) => {
    const { value, raw } = await (await session.connect()).post(`${placePath(service, environment)}/recordings/stop`, {}, Recording);
    session.answer(raw, () => [`${value.id}: ${count(value.requests, 'request')}, ${count(value.bytes, 'byte')}. Look at it: slipway recording show ${service} --environment ${environment}`]);
  });
}

function addList(host: Host, recording: Host['program']): void {
  const command = recording.command('list').description('Lists the recordings, newest first, and the one under way.').argument('<service>', 'the service', serviceName).addOption(environmentOption(true));
  example(command, 'slipway recording list catalog --environment production');
  runs<Options>(host, command, async (session, { environment }, service) => {
    const { value, raw, clockAheadMs } = await (await session.connect()).get(`${placePath(service, environment)}/recordings`, Listed);
    const { underWay, kept } = value;
    const left = underWay === null ? 0 : (underWay.endsAt - session.needs.now() - clockAheadMs) / 1000;
    session.answer(raw, () => [
      ...(underWay === null ? [] : [`under way: ${count(underWay.kept, 'request')} kept of ${underWay.taken} taken, ${underWay.leftOut} left out; ${left > 0 ? `${span(left)} left` : 'its time is over'}`]),
      ...(kept.length === 0 ? ['No recording is kept.'] : table([['RECORDING', 'REQUESTS', 'BYTES', 'ENDED', 'BY', 'OF'].map((title) => session.style('quiet', title)), ...kept.map((one) => [one.id, String(one.requests), String(one.bytes), new Date(one.endedAt).toISOString(), one.endedBy, one.importedFrom ?? 'the router'])])),
    ]);
  });
}

function addShow(host: Host, recording: Host['program']): void {
  const command = recording.command('show').description('Prints the requests of a recording, a line of JSON for each: a list that a replay test can read from a file.')
    .argument('<service>', 'the service', serviceName).addOption(environmentOption(true)).option('--recording <name>', 'which one (the newest)', recordingName);
  example(command, 'slipway recording show catalog --environment production');
  runs<Options & { recording?: string }>(host, command, async (session, { environment, recording: name }, service) => {
    const { value, raw } = await (await session.connect()).get(`${placePath(service, environment)}/recordings/${name ?? 'newest'}`, Detail);
    session.answer(raw, () => value.requests.map((request) => jsonText(request)));
  });
}
