/** When a function fails, its line of the log says which pipeline, deployment or delivery it was at work on. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { HANDLERS } from '../../../src/main/functions.ts';
import { useLocalParts } from '../../../src/main/local.ts';
import { PARTS } from '../../../src/main/platform.ts';
import type { Ports } from '../../../src/ports/index.ts';
import type { Target } from '../../../src/ports/target.ts';
import { SAMPLE_GITHUB_SECRET, SAMPLE_SLACK_SECRET, samplesOf, STEMS } from './samples.ts';

type Line = Readonly<Record<string, unknown>>;
type Handler = (event: unknown, context: unknown) => Promise<unknown>;

class StoreBroke extends Error {
  override readonly name = 'StoreBroke';
}

/** Whatever is asked of it breaks. */
const broken = new Proxy({}, { get: (_target, name) => (name === 'then' ? undefined : () => { throw new StoreBroke('the store broke'); }) });
const BROKEN = [...PARTS, 'store', 'ids', 'orchestrator', 'targets', 'notifier', 'environments', 'slackReplies', 'parallelRuns', 'recorders', 'recordingFiles'] as const;
const ports = {
  ...Object.fromEntries(BROKEN.map((name) => [name, broken])),
  settings: { watchSeconds: 1 }, clock: { now: () => 1_795_176_000_000 }, webhookSecrets: { gitHost: async () => SAMPLE_GITHUB_SECRET, slack: async () => SAMPLE_SLACK_SECRET },
} as unknown as Ports;

async function linesOf(stem: string, event: unknown): Promise<Line[]> {
  const lines: Line[] = [];
  useLocalParts({ ports, targets: { process: broken as Target, ec2: broken as Target, ecs: broken as Target, lambda: broken as Target }, log: (level, message, details) => lines.push({ level, message, ...details }) });
  await (HANDLERS as unknown as Readonly<Record<string, Handler>>)[`slipway-${stem}`]?.(event, { functionName: `slipway-${stem}`, awsRequestId: 'one' }).catch(() => undefined);
  return lines;
}

/** The ids that a sample has anywhere, read without the code under test. */
function idsIn(event: unknown): Line {
  const given = event as { pipelineId?: string; deploymentId?: string; deliveryId?: string; revision?: string; spec?: { revision: string } };
  const deployment = given.deploymentId ?? given.revision ?? given.spec?.revision;
  const pipeline = given.pipelineId ?? deployment?.split('-').slice(0, 2).join('-');
  return { ...(pipeline === undefined ? {} : { pipelineId: pipeline }), ...(deployment === undefined ? {} : { deploymentId: deployment }), ...(given.deliveryId === undefined ? {} : { deliveryId: given.deliveryId }) };
}

afterEach(() => useLocalParts(undefined));

describe.each(STEMS)('%s', (stem) => {
  const withIds = samplesOf(stem).filter(({ event }) => Object.keys(idsIn(event)).length > 0);

  it('writes what each sample is about on every line, and which function and invocation it was', async () => {
    for (const { name, event } of samplesOf(stem)) {
      const written = await linesOf(stem, event);
      for (const line of written) expect({ name, ...line }).toMatchObject({ name, ...idsIn(event), function: `slipway-${stem}`, invocation: 'one' });
    }
  });

  it('has a line of the failure of each that has ids', async () => {
    for (const { event } of withIds) expect(await linesOf(stem, event)).toContainEqual(expect.objectContaining({ error: 'StoreBroke', message: expect.stringContaining('the store broke'), ...idsIn(event) }));
  });
});

it('a webhook that could not be kept is logged with the delivery', async () => {
  const push = samplesOf('webhook').find(({ name }) => name === 'push.json')?.event as { headers: Record<string, string> };
  expect(await linesOf('webhook', push)).toContainEqual(expect.objectContaining({ level: 'error', error: 'StoreBroke', deliveryId: push.headers['x-github-delivery'] }));
});

it('at least every step of a deployment has ids in its samples', () => {
  const without = STEMS.filter((stem) => samplesOf(stem).every(({ event }) => Object.keys(idsIn(event)).length === 0));
  expect(without.filter((stem) => ['admit', 'advance', 'build', 'conclude', 'finish', 'judge', 'plan', 'revert', 'settle', 'shrink', 'test', 'watch'].includes(stem))).toEqual([]);
});
