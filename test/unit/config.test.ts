/** What the environment says of traces. */
import { describe, expect, it } from '@jest/globals';
import { localConfig, xrayConfig } from '../../src/config.ts';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };
const tracesOf = (environment: Record<string, string>) => localConfig(environment).traces;

describe('spans by OTLP', () => {
  it.each([
    ['no endpoint is named', {}], ['it is empty', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }], ['the SDK is disabled', { ...ENDPOINT, OTEL_SDK_DISABLED: 'true' }], ['traces are not exported', { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }],
    ['only metrics have one', { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1:4318/v1/metrics' }], ['it is meant for others, and wrong', { OTEL_SDK_DISABLED: 'TRUE', OTEL_EXPORTER_OTLP_ENDPOINT: 'nowhere' }],
  ])('are not sent where %s', (_case, environment) => expect(tracesOf(environment)).toBeUndefined());

  it('go to the endpoint, with the defaults that docs/monitoring.md names', () => {
    expect(tracesOf(ENDPOINT)).toEqual({ url: 'http://127.0.0.1:4318/v1/traces', headers: {}, timeoutMs: 10_000, delayMs: 1000, batchSpans: 512, queueSpans: 8192, resource: { 'service.name': 'slipway' } });
  });

  it('go to an address of their own as it is, with what is said of traces before what is said of all', () => {
    expect(tracesOf({
      ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://tempo.example.com/otlp', OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20a%3D%3D, x-scope = shop', OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-scope=deployments', OTEL_EXPORTER_OTLP_TIMEOUT: '5000',
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '3000', OTEL_BSP_SCHEDULE_DELAY: '250', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '64', OTEL_BSP_MAX_QUEUE_SIZE: '100', OTEL_SERVICE_NAME: 'deployer', OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,deployment.environment.name=eu',
    })).toEqual({ url: 'https://tempo.example.com/otlp', headers: { authorization: 'Basic a==', 'x-scope': 'deployments' }, timeoutMs: 3000, delayMs: 250, batchSpans: 64, queueSpans: 100, resource: { 'service.name': 'deployer', 'deployment.environment.name': 'eu' } });
    expect(tracesOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318/otlp/' })?.url).toBe('http://127.0.0.1:4318/otlp/v1/traces');
  });

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'nowhere' }, /^OTEL_EXPORTER_OTLP_ENDPOINT: an http or https address/], [{ ...ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /^OTEL_EXPORTER_OTLP_PROTOCOL: .*not by grpc.*4318/], [{ ...ENDPOINT, OTEL_TRACES_EXPORTER: 'zipkin' }, /^OTEL_TRACES_EXPORTER: otlp, or none/],
    [{ ...ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS: 'authorization' }, /^OTEL_EXPORTER_OTLP_HEADERS: key=value pairs/], [{ ...ENDPOINT, OTEL_BSP_MAX_QUEUE_SIZE: '0' }, /^OTEL_BSP_MAX_QUEUE_SIZE: /], [{ SLIPWAY_TRACE_URL: 'https://jaeger.example.com/trace' }, /^SLIPWAY_TRACE_URL: it has no \{traceId\}/],
    [{ SLIPWAY_PUBLIC_URL: 'slipway.example.com' }, /^SLIPWAY_PUBLIC_URL: an http or https address/],
  ])('%j is refused by name', (environment, message) => expect(() => localConfig(environment)).toThrow(message));

  it('a header that does not hold is refused without its value', () => {
    expect(() => tracesOf({ ...ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%2key' })).toThrow(/^OTEL_EXPORTER_OTLP_HEADERS: key=value pairs, separated by commas, with percent-encoding$/);
  });
});

describe('X-Ray', () => {
  it.each([
    ['169.254.100.1:2000', { address: '169.254.100.1', port: 2000 }], ['[::1]:2000', { address: '::1', port: 2000 }], [undefined, null], ['', null], ['somewhere', null],
  ])('the daemon is at %s', (given, daemon) => expect(xrayConfig(given === undefined ? {} : { AWS_XRAY_DAEMON_ADDRESS: given })).toEqual({ daemon, header: undefined }));

  it('the trace is the one of this invocation', () => {
    expect(xrayConfig({ _X_AMZN_TRACE_ID: 'Root=1-5759e988-bd862e3fe1be46a994272793' }).header).toBe('Root=1-5759e988-bd862e3fe1be46a994272793');
  });
});
