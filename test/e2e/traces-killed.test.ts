/** A control plane that is killed amid a pipeline, and again: the one that comes after it goes on in the same trace, and leaves no span without its parent. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { orphans, startCollector, type Collector } from '../fakes/collector.ts';
import { JUDGE } from './rig/example-service.ts';
import { eventually } from './rig/patience.ts';
import { startLoad } from './rig/load.ts';
import { Supervised } from './rig/supervised.ts';

let at: Supervised;
let collector: Collector;
beforeAll(async () => {
  collector = await startCollector();
  at = new Supervised({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  at.up();
  await at.serving();
}, 120_000);
afterAll(async () => {
  await at?.close();
  await collector?.close();
}, 60_000);

/** kill -9; answers once another one serves. */
async function kill(): Promise<void> {
  const before = at.pidOf('control-plane');
  process.kill(before, 'SIGKILL');
  await at.replaced('control-plane', before);
  await at.serving();
}

it('one trace from the push to the end', async () => {
  const overrides = { canary: { traffic: 10, duration: '4s', interval: '300ms', judge: JUDGE } };
  const repository = await at.deployed('other', overrides);
  const load = startLoad(await at.client.endpoint('other'));
  repository.write({ 'other/more.txt': 'two' });
  const { delivery } = await at.client.webhook(repository, repository.push('two'));
  const [id = ''] = (await at.client.decided(delivery)).admitted;
  const { trace } = await at.client.get<{ trace: { id: string } }>(`/v1/pipelines/${id}`);
  // A request that nobody was told of yet is lost with its process; what it started goes on.
  await eventually('the webhook is told of', () => collector.trace(trace.id).some(({ name }) => name === 'POST /webhooks/github'));

  await eventually('the canary is at work', async () => (await at.client.pipeline(id)).pipeline.stage === 'canary');
  await kill();
  const approval = await at.client.waiting('other');
  await kill();
  await at.client.decide(approval, 'anna');
  expect((await at.client.over(id)).status.kind).toBe('succeeded');
  await load.stop();

  await eventually('the pipeline is told of', () => collector.trace(trace.id).some(({ name, attributes }) => name === 'pipeline' && attributes['slipway.execution'] === id));
  const spans = collector.trace(trace.id);
  expect(orphans(spans)).toEqual([]);
  expect(spans.filter(({ parentSpanId }) => parentSpanId === undefined).map(({ name }) => name)).toEqual(['POST /webhooks/github']);
  // Every state that was entered, before the kills and after them, is there: 20 times whole, then now and then.
  const entered = (await at.client.history(id)).map(({ name, events }) => [name, events.filter(({ type }) => type.endsWith('StateEntered')).length] as const);
  for (const [execution, states] of entered) {
    const of = spans.filter(({ attributes }) => attributes['slipway.execution'] === execution);
    const leftOut = Number(of.find(({ attributes }) => attributes['slipway.states_left_out'] !== undefined)?.attributes['slipway.states_left_out'] ?? 0);
    expect([execution, of.filter(({ name, attributes }) => name === attributes['slipway.state'] && attributes['slipway.index'] === undefined).length + leftOut]).toEqual([execution, states]);
  }
  expect((await at.client.pipeline(id)).pipeline.trace).toContain(trace.id);
}, 240_000);
