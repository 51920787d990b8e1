/** Which requests begin a trace, which go on in their sender's, and which leave none. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { json } from '../../../../src/contracts/http.ts';
import { Conflict, Unauthenticated } from '../../../../src/domain/errors.ts';
import type { Span } from '../../../../src/domain/trace/span.ts';
import { traceParent } from '../../../../src/domain/trace/trace-parent.ts';
import { httpHandler } from '../../../../src/main/handler.ts';
import { useLocalParts } from '../../../../src/main/local.ts';
import { inRequest } from '../../../../src/main/trace/request.ts';
import { traces } from '../../../../src/main/trace/traces.ts';
import type { PipelineTrace } from '../../../../src/ports/traces.ts';

const told: Span[] = [];
const lines: Readonly<Record<string, unknown>>[] = [];
beforeEach(() => {
  [told.length, lines.length] = [0, 0];
  useLocalParts({
    ports: {} as never, targets: {}, log: (level, message, details) => lines.push({ level, message, ...details }),
    spans: { hasExecutions: true, incoming: () => null, inRequest, tell: (spans) => told.push(...spans), left: async () => undefined, isWanted: () => true, headersTo: (context) => [['traceparent', traceParent(context)]] },
  });
});
afterEach(() => useLocalParts(undefined));

const SENDER = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331';
let started: (string | null)[] = [];
const asking = (answer: () => Promise<ReturnType<typeof json>>, start: () => string | null = () => traces.toStart('pipeline')) => {
  const handler = httpHandler(() => async () => { started = [start()]; return answer(); });
  return (method: string, path: string, headers: Record<string, string> = {}) => handler({ version: '2.0', rawPath: path, rawQueryString: '', headers, body: '', isBase64Encoded: false, requestContext: { http: { method, path } } }, {});
};
const well = asking(async () => json(202, { ok: true }));

describe('a request that changes something', () => {
  it('begins a trace, in which what it starts goes on', async () => {
    await well('POST', '/v1/services/catalog/environments/production/rollback');
    expect(told).toEqual([expect.objectContaining({ name: 'POST /v1/services', kind: 'server', parent: null, failure: null, attributes: { 'slipway.service': 'catalog', 'slipway.environment': 'production', 'http.request.method': 'POST', 'http.route': '/v1/services', 'http.response.status_code': 202 } })]);
    expect(started).toEqual([`00-${told[0]?.trace ?? ''}-${told[0]?.id ?? ''}-01`]);
  });

  it.each(['01', '00'])('goes on in the trace of its sender (flags %s), and is recorded whatever the sender records', async (flags) => {
    await well('POST', '/webhooks/github', { traceparent: `${SENDER}-${flags}`, 'x-github-delivery': 'd-1' });
    expect(told).toEqual([expect.objectContaining({ trace: '0af7651916cd43dd8448eb211c80319c', parent: 'b7ad6b7169203331', name: 'POST /webhooks/github', attributes: expect.objectContaining({ 'slipway.delivery': 'd-1' }) })]);
    expect(started[0]).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
  });

  it('begins a trace of its own where the header does not hold', async () => {
    await well('POST', '/slack', { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331' });
    expect(told).toEqual([expect.objectContaining({ parent: null })]);
  });

  it('that fails is a span that failed', async () => {
    await asking(async () => { throw new Conflict('Somebody was faster.'); })('POST', '/v1/deployments');
    await asking(async () => { throw new TypeError('a fault'); })('POST', '/v1/deployments');
    expect(told).toMatchObject([{ attributes: { 'http.response.status_code': 409 }, failure: { name: 'Conflict' } }, { attributes: { 'http.response.status_code': 500 }, failure: { name: 'TypeError' } }]);
  });

  it('its lines of the log name the trace', async () => {
    await asking(async () => { throw new TypeError('a fault'); })('POST', '/v1/deployments', { traceparent: `${SENDER}-01` });
    const { telemetry } = await import('../../../../src/main/local.ts');
    await asking(async () => { telemetry.log('info', 'inside', {}); return json(200, {}); })('POST', '/v1/deployments', { traceparent: `${SENDER}-01` });
    expect(lines.find(({ message }) => message === 'inside')).toMatchObject({ traceId: '0af7651916cd43dd8448eb211c80319c' });
  });
});

describe('no span, so that they crowd no others out, have', () => {
  it('those of whom nobody knows, and for what is not there', async () => {
    await asking(async () => { throw new Unauthenticated('Who are you?'); })('POST', '/webhooks/github', { traceparent: `${SENDER}-01` });
    await asking(async () => json(404, {}))('POST', '/v1/nothing');
    expect(told).toEqual([]);
  });

  it('those that only look, but for who records that', async () => {
    const looking = asking(async () => json(200, {}), () => null);
    await looking('GET', '/v1/services');
    await looking('GET', '/v1/services', { traceparent: `${SENDER}-00` });
    expect(told).toEqual([]);
    await looking('GET', '/v1/services', { traceparent: `${SENDER}-01` });
    expect(told).toEqual([expect.objectContaining({ name: 'GET /v1/services', parent: 'b7ad6b7169203331' })]);
  });
});

it('where nothing is traced nothing is started in a trace', async () => {
  useLocalParts({ ports: {} as never, targets: {}, log: () => undefined });
  await well('POST', '/v1/deployments', { traceparent: `${SENDER}-01` });
  expect(started).toEqual([null]);
});

describe("beside a pipeline's state machines", () => {
  const found: PipelineTrace = { pipeline: 'catalog-7', parent: `${SENDER}-01` as never, attributes: { 'slipway.pipeline': 'catalog-7' } };

  it('what asks somebody is a span of the pipeline; what asks nobody is none', async () => {
    await traces.within(async () => found, 'notify by webhook', async () => 'quiet');
    expect(told).toEqual([]);
    const { inSpan } = await import('../../../../src/main/trace/work.ts');
    await traces.within(async () => found, 'notify by webhook', () => inSpan({ name: 'POST hooks.example.com', kind: 'client', attributes: {} }, async () => 'told'));
    expect(told).toMatchObject([{ name: 'POST hooks.example.com', parent: told[1]?.id, attributes: { 'slipway.pipeline': 'catalog-7' } }, { name: 'notify by webhook', trace: '0af7651916cd43dd8448eb211c80319c' }]);
  });

  it.each([['has none', async () => null], ['cannot be found', async () => { throw new Error('the store broke'); }]])('it is done all the same where the trace %s', async (_case, find) => {
    expect(await traces.within(find, 'notify', async () => 'told')).toBe('told');
    expect(told).toEqual([]);
  });

  it('the trace is not even looked for where nothing is traced', async () => {
    useLocalParts({ ports: {} as never, targets: {}, log: () => undefined });
    expect(await traces.within(() => { throw new Error('asked'); }, 'notify', async () => 'told')).toBe('told');
  });
});
