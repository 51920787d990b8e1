/** What the packaged functions write as metrics: one line of the Embedded Metric Format for each figure. */
import { afterEach, expect, it, jest } from '@jest/globals';
import { platform } from '../../../src/main/aws.ts';

afterEach(() => { jest.restoreAllMocks(); });

it.each([
  [{ name: 'RequestMs', value: 12, operation: 'GET /v1/services', status: '2xx' } as const, { operation: 'GET /v1/services', status: '2xx', RequestMs: 12 }, 'Milliseconds'],
  [{ name: 'Failure', value: 1, error: 'Conflict' } as const, { error: 'Conflict', Failure: 1 }, 'Count'],
])('%p', (figure, fields, unit) => {
  const lines: string[] = [];
  // Powertools writes with a console of its own, to standard output.
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => { lines.push(String(line)); return true; });
  jest.spyOn(console, 'log').mockImplementation((line) => { lines.push(String(line)); });
  platform.measure(figure);
  jest.restoreAllMocks();
  const found = lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => '_aws' in line);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ ...fields, _aws: { CloudWatchMetrics: [{ Namespace: 'Slipway', Metrics: [{ Name: figure.name, Unit: unit }] }] } });
});
