/** Figures of the control plane's work: what the handlers measure, and how each platform says it. */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { handler as finish } from '../../../functions/finish.ts';
import { handler as processTarget } from '../../../functions/targets/process.ts';
import { handler as webhook } from '../../../functions/webhook.ts';
import { ProviderUnavailable } from '../../../src/domain/errors.ts';
import type { Pipeline } from '../../../src/domain/pipeline.ts';
import { telemetry } from '../../../src/main/aws/telemetry.ts';
import { createFigureSeries } from '../../../src/main/figure-series.ts';
import { FIGURES, LOCAL_FIGURES, type Figure, type FigureName } from '../../../src/main/figures.ts';
import { useLocalParts } from '../../../src/main/local.ts';
import { relayFigures } from '../../../src/main/subscriber-handler.ts';
import type { ItemKey, Write } from '../../../src/ports/item-store.ts';
import type { Ports } from '../../../src/ports/index.ts';
import type { Target } from '../../../src/ports/target.ts';
import { SAMPLE_GITHUB_SECRET, samplesOf } from '../functions/samples.ts';

const NAMES = Object.keys(FIGURES) as FigureName[];
const figureOf = (name: FigureName, value: number, dimension = 'x'): Figure => ({ name, value, ...Object.fromEntries(FIGURES[name].dimensions.map((key) => [key, dimension])) }) as unknown as Figure;
const sample = (stem: string, file: string): unknown => samplesOf(stem).find(({ name }) => name === file)?.event;

afterEach(() => {
  jest.restoreAllMocks();
  useLocalParts(undefined);
});

describe('on AWS', () => {
  function emf(figure: Figure): Record<string, unknown>[] {
    const lines: string[] = [];
    jest.spyOn(process.stdout, 'write').mockImplementation((line) => { lines.push(String(line)); return true; });
    jest.spyOn(console, 'log').mockImplementation((line) => { lines.push(String(line)); });
    telemetry.measure(figure);
    jest.restoreAllMocks();
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => '_aws' in line);
  }

  it.each(NAMES.filter((name) => FIGURES[name].aws))('%s is one line, with its unit, its dimensions and the service', (name) => {
    expect(emf(figureOf(name, 3))).toEqual([expect.objectContaining({
      [name]: 3, ...Object.fromEntries(FIGURES[name].dimensions.map((key) => [key, 'x'])),
      _aws: expect.objectContaining({ CloudWatchMetrics: [{ Namespace: 'Slipway', Metrics: [{ Name: name, Unit: FIGURES[name].unit }], Dimensions: [['service', ...FIGURES[name].dimensions]] }] }),
    })]);
  });

  it.each(NAMES.filter((name) => !FIGURES[name].aws))('%s is none: the platform has it', (name) => expect(emf(figureOf(name, 3))).toEqual([]));
});

describe('on one machine', () => {
  it.each(LOCAL_FIGURES)('%s is in the text', (name, local) => {
    const series = createFigureSeries();
    series.measure(figureOf(name, 2));
    series.measure(figureOf(name, 2));
    const labels = FIGURES[name].dimensions.map((key) => `${key}="x"`).join(',');
    const value = FIGURES[name].unit === 'Milliseconds' ? 0.004 : 4;
    expect(series.lines()).toContain(local.type === 'counter' ? `${local.name}{${labels}} 4` : `${local.name}_sum{${labels}} ${value}`);
    expect(series.lines().filter((line) => line.startsWith('# TYPE'))).toHaveLength(LOCAL_FIGURES.length);
  });

  it('a histogram counts what is at most each bound', () => {
    const series = createFigureSeries();
    for (const value of [0.4, 20, 100_000]) series.measure({ name: 'StageSeconds', value, stage: 'canary', outcome: 'succeeded' });
    const buckets = series.lines().filter((line) => line.startsWith('slipway_stage_seconds_bucket'));
    expect(['le="0.1"', 'le="0.5"', 'le="60"', 'le="86400"', 'le="+Inf"'].map((bound) => buckets.find((line) => line.includes(bound))?.split(' ')[1])).toEqual(['0', '1', '2', '2', '3']);
  });

  it('has no more series than 201 of one figure, and no label that breaks the text', () => {
    const series = createFigureSeries();
    for (let index = 0; index < 1000; index += 1) series.measure({ name: 'Failure', value: 1, error: `E"\n${index}` });
    const lines = series.lines().filter((line) => line.startsWith('slipway_failures_total'));
    expect(lines).toHaveLength(201);
    expect(lines[0]).toBe('slipway_failures_total{error="E__0"} 1');
    expect(lines.at(-1)).toBe('slipway_failures_total{error="other"} 800');
  });
});

describe('what handlers measure', () => {
  const figures: Figure[] = [];
  const use = (ports: Partial<Record<keyof Ports, unknown>>, target: Partial<Target> = {}): void => {
    figures.length = 0;
    useLocalParts({ ports: ports as unknown as Ports, targets: { process: target as Target }, log: () => undefined, measure: (figure) => figures.push(figure) });
  };
  const clock = { now: () => 1_795_176_000_000 };

  it("a target's verb, by how it ended", async () => {
    use({}, { route: async () => { throw new ProviderUnavailable('It is away.', {}); }, describe: async () => ({ verb: 'describe' }) as never });
    await processTarget(sample('target-process', 'describe.json'), {});
    await expect(processTarget(sample('target-process', 'route.json'), {})).rejects.toThrow('It is away.');
    expect(figures).toEqual([
      { name: 'TargetCallMs', value: expect.any(Number), target: 'process', verb: 'describe', outcome: 'ok' },
      { name: 'TargetCallMs', value: expect.any(Number), target: 'process', verb: 'route', outcome: 'ProviderUnavailable' }, { name: 'Failure', value: 1, error: 'ProviderUnavailable' },
    ]);
  });

  it('a delivery, by what was answered', async () => {
    use({ clock, webhookSecrets: { gitHost: async () => SAMPLE_GITHUB_SECRET } });
    for (const file of ['ping.json', 'bad-signature.json']) await webhook(sample('webhook', file), {});
    expect(figures.filter(({ name }) => name === 'Deliveries')).toEqual([{ name: 'Deliveries', value: 1, host: 'github', outcome: 'pong' }, { name: 'Deliveries', value: 1, host: 'github', outcome: 'Unauthenticated' }]);
  });

  it('the end of a pipeline, once', async () => {
    const fixture = readFileSync(new URL('../../fixtures/stored/ratio-judge.ndjson', import.meta.url), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { sort: string; value: Pipeline });
    let pipeline: unknown = { ...fixture.find(({ sort }) => sort.startsWith('pipeline#'))?.value, status: { kind: 'running' } };
    use({
      clock, ids: { next: () => 'one' }, orchestrator: {}, notifier: { send: async () => undefined }, store: {
        get: async ({ partition, sort }: ItemKey) => (sort.startsWith('pipeline#') ? { key: { partition, sort }, generation: 1, value: pipeline } : undefined), query: async () => ({ items: [], consistency: 'strong' }),
        transact: async (writes: Write[]) => { for (const write of writes) if (write.kind === 'put' && write.key.sort.startsWith('pipeline#')) pipeline = write.value; },
      },
    });
    for (let call = 0; call < 2; call += 1) await finish(sample('finish', 'succeeded.json'), {});
    expect(figures).toEqual([{ name: 'PipelinesEnded', value: 1, outcome: 'succeeded' }]);
  });

  it('no end of a pipeline that could not be written', async () => {
    use({ clock, store: { get: async () => { throw new ProviderUnavailable('The store is away.', {}); } } });
    await expect(finish(sample('finish', 'succeeded.json'), {})).rejects.toThrow('The store is away.');
    expect(figures.map(({ name }) => name)).toEqual(['Failure']);
  });

  it('a relay, by how late it was or that it was refused', () => {
    expect(relayFigures('slack', { kind: 'told', events: 2, more: false, newestMs: 1000 }, 3500)).toEqual([{ name: 'RelayLagSeconds', value: 2.5, subscriber: 'slack' }]);
    expect(relayFigures('slack', { kind: 'told', events: 0, more: false, newestMs: null }, 3500)).toEqual([]);
    expect(relayFigures('slack', { kind: 'refused', error: 'ProviderUnavailable', reason: '', attempts: 1, retryAt: 1 }, 3500)).toEqual([{ name: 'RelayRefusals', value: 1, subscriber: 'slack' }]);
    expect(relayFigures('slack', { kind: 'off' }, 3500)).toEqual([]);
  });
});
