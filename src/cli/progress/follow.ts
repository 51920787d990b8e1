/** Watches a pipeline until it is over. Watching changes nothing: Ctrl-C stops the watching only. */
import { PipelineDetail } from '../answers/pipeline.ts';
import { type Answer, type Client, mayPass } from '../client.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { Session } from '../session.ts';
import { outcomeText } from './describe.ts';
import type { Display } from './display.ts';
import { ndjsonDisplay } from './ndjson.ts';
import { plainDisplay } from './plain.ts';
import { terminalDisplay } from './terminal.ts';
import { type View, viewOf } from '../../contracts/progress/view.ts';

const POLL_MS = 300;
/** A control plane that was killed is back within seconds; the pipeline goes on meanwhile. */
const SILENCE_MAX_MS = 120_000;

export function displayOf({ needs, json, style }: Session): Display {
  if (json) return ndjsonDisplay(needs.stdout, needs.stderr);
  return needs.isTerminal ? terminalDisplay(needs.stdout, style) : plainDisplay(needs.stdout);
}

/** A way to be stopped by Ctrl-C; `release` gives the key back its usual meaning. */
export function interruption(session: Session): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, release: session.needs.onInterrupt(() => controller.abort()) };
}

/** `ok` only when the pipeline succeeded. @throws CliError when it is not there, or nobody has answered for two minutes */
export async function follow(session: Session, client: Client, pipeline: string): Promise<ExitCode> {
  const { signal, release } = interruption(session);
  const display = displayOf(session);
  const view = await watch(session, client, pipeline, display, signal).finally(() => {
    display.end();
    release();
  });
  if (view === null) {
    session.remark(`Stopped watching. ${pipeline} goes on: slipway show ${pipeline}, slipway cancel ${pipeline}`);
    return EXIT.interrupted;
  }
  const succeeded = view.status.kind === 'succeeded';
  session.say(session.style(succeeded ? 'good' : 'bad', outcomeText(view)));
  return succeeded ? EXIT.ok : EXIT.failed;
}

/** The view at the end; null when it was interrupted before. */
async function watch({ needs }: Session, client: Client, pipeline: string, display: Display, signal: AbortSignal): Promise<View | null> {
  let answeredAt = needs.now();
  while (!signal.aborted) {
    const answer = await ask(client, pipeline).catch((error: unknown) => {
      if (!mayPass(error) || needs.now() - answeredAt > SILENCE_MAX_MS) throw error;
      display.remark(`${client.connection.address} does not answer; the pipeline goes on where it was. Trying again.`);
      return null;
    });
    if (answer !== null) {
      answeredAt = needs.now();
      const view = viewOf(answer.value);
      display.show(view, answeredAt + answer.clockAheadMs);
      if (view.status.kind !== 'running') return view;
    }
    await needs.sleep(POLL_MS, signal);
  }
  return null;
}

const ask = (client: Client, pipeline: string): Promise<Answer<PipelineDetail>> => client.get(`/v1/pipelines/${encodeURIComponent(pipeline)}`, PipelineDetail);
