/** The trace of a service's users is theirs: the router hands it on as it came, and begins none. https://www.w3.org/TR/trace-context/#mutating-the-traceparent-field */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { routeOf, upstreamsOf } from './route.ts';
import { type Instance, PATHS, type RouterRig, ask, startInstance, startRouterProcess } from './rig.ts';

const TRACE_HEADERS = ['traceparent', 'tracestate', 'baggage', 'b3', 'x-b3-traceid', 'x-amzn-trace-id'];

describe.each(PATHS)('trace context, $name', ({ fastPath }) => {
  let rig: RouterRig;
  let instance: Instance;
  let port: number;
  beforeEach(async () => {
    rig = await startRouterProcess({ fastPath });
    instance = await startInstance((request, response) => {
      const seen = TRACE_HEADERS.flatMap((name) => request.headersDistinct[name]?.map((value) => [name, value]) ?? []);
      response.writeHead(200, { traceresponse: '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01' }).end(JSON.stringify(seen));
    });
    ({ port } = await rig.client.put(routeOf({ upstreams: upstreamsOf(['catalog-1-staging', 'one', instance.port]) })));
  });
  afterEach(async () => {
    await rig.close();
    await instance.close();
  });

  it.each([
    ['sampled', { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: 'congo=t61rcWkgMzE,rojo=00f067aa0ba902b7', baggage: 'userId=alice' }],
    ['not sampled', { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00' }],
    ['malformed', { traceparent: '00-what-is-this', tracestate: '' }],
    ['of others', { b3: '80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1', 'x-b3-traceid': '80f198ee56343ba864fe8b2a57d3eff7', 'x-amzn-trace-id': 'Root=1-5759e988-bd862e3fe1be46a994272793' }],
    ['none', {}],
  ] as const)('%s', async (_case, headers) => {
    const { body, headers: answered } = await ask(port, { headers });
    expect(JSON.parse(body)).toEqual(TRACE_HEADERS.flatMap((name) => (name in headers ? [[name, (headers as Record<string, string>)[name]]] : [])));
    expect(answered['traceresponse']).toBe('00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01');
  });
});
