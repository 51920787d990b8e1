/** `slipway history`: a service's pipelines, and their progress. */
import { Pipelines, type PipelineSummary } from '../answers/pipeline-summary.ts';
import { limitOption, serviceName } from '../arguments.ts';
import type { Client } from '../client.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { follow, interruption } from '../progress/follow.ts';
import { example, runs, type Host, type Session } from '../session.ts';
import { table } from '../text/cells.ts';
import { ago, span } from '../text/time.ts';

interface Options {
  readonly limit: number;
  readonly wait?: boolean;
  readonly follow?: boolean;
}

const NEXT_LOOK_MS = 500;

export function addHistory(host: Host): void {
  const command = host.program.command('history').summary('the pipelines of a service').helpGroup('Releases:')
    .description('Lists the pipelines of a service, newest first; or shows the progress of the newest.')
    .argument('<service>', 'the service', serviceName).addOption(limitOption())
    .option('--wait', 'show the newest one\'s progress until it is over; exit 0 only if it succeeded').option('--follow', 'show progress, of the next pipelines too, until Ctrl-C');
  example(command, 'slipway history catalog', 'slipway history catalog --wait');
  runs<Options>(host, command, async (session, options, service) => {
    const client = await session.connect();
    if (options.follow === true) return followAll(session, client, service ?? '');
    const { value, raw } = await pipelines(client, service ?? '', options.wait === true ? 1 : options.limit);
    if (options.wait !== true) return session.answer(raw, () => (value.length === 0 ? [`No pipeline of ${service} yet.`] : historyTable(session, value)));
    if (value[0] === undefined) throw new CliError(EXIT.failed, `There is no pipeline of ${service} to wait for. Start one: push a commit, or slipway deploy ${service} --version V`);
    return follow(session, client, value[0].id);
  });
}

const pipelines = (client: Client, service: string, limit: number) => client.get(`/v1/services/${encodeURIComponent(service)}/pipelines?limit=${limit}`, Pipelines);

/** The newest one if it runs, then each newer one. */
async function followAll(session: Session, client: Client, service: string): Promise<ExitCode> {
  let last: string | null = null;
  const first = (await pipelines(client, service, 1)).value[0];
  if (first !== undefined && first.status.kind !== 'running') last = first.id;
  for (;;) {
    const next = await nextPipeline(session, client, service, last);
    if (next === null) return EXIT.interrupted;
    const code = await follow(session, client, next);
    if (code === EXIT.interrupted) return code;
    last = next;
  }
}

async function nextPipeline(session: Session, client: Client, service: string, last: string | null): Promise<string | null> {
  const { signal, release } = interruption(session);
  try {
    let told = false;
    while (!signal.aborted) {
      const newest = (await pipelines(client, service, 1)).value[0];
      if (newest !== undefined && newest.id !== last) return newest.id;
      if (!told) session.remark(`Waiting for the next pipeline of ${service}. Stop with Ctrl-C.`);
      told = true;
      await session.needs.sleep(NEXT_LOOK_MS, signal);
    }
    return null;
  } finally {
    release();
  }
}

function historyTable({ needs, style }: Session, list: readonly PipelineSummary[]): string[] {
  const rows = list.map((pipeline) => {
    const { status } = pipeline;
    const end = 'at' in status ? status.at : needs.now();
    const tone = status.kind === 'succeeded' ? 'good' : status.kind === 'failed' ? 'bad' : status.kind === 'running' ? 'busy' : 'warn';
    return [pipeline.id, pipeline.version, pipeline.cause, pipeline.startedBy, ago(pipeline.startedAt, needs.now()), span((end - pipeline.startedAt) / 1000), `${style(tone, status.kind)}${more(pipeline)}`];
  });
  return table([['PIPELINE', 'VERSION', 'CAUSE', 'BY', 'STARTED', 'TOOK', 'OUTCOME'].map((title) => style('quiet', title)), ...rows]);
}

function more({ status, stage, stop }: PipelineSummary): string {
  switch (status.kind) {
    case 'running': return stop === null ? `, ${stage}` : `, ${stop.kind}: going back`;
    case 'failed': return `: ${status.error}`;
    case 'superseded':
    case 'cancelled': return ` by ${status.by}`;
    case 'succeeded': break;
  }
  return '';
}
