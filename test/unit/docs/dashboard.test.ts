/** The dashboards, Grafana's and CloudWatch's, ask for metrics that there are. */
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { FIGURES } from '../../../src/main/figures.ts';
import { createOwnMetrics } from '../../../src/main/own-metrics.ts';

const text = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

it('every metric of the dashboard and of docs/operations.md is one that the control plane has, and each is shown', async () => {
  const metrics = createOwnMetrics({ ports: () => ({ store: { get: async () => undefined, query: async () => ({ items: [], consistency: 'strong' }), transact: async () => undefined } }), listeners: () => 0, heldBodyBytes: () => 0 });
  metrics.requested('GET', '/v1/services', 200, 0.01);
  const names = new Set([...(await metrics.text()).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
  metrics.close();
  const dashboard = JSON.parse(text('docs/grafana-dashboard.json')) as { panels: { targets: { expr: string }[] }[] };
  const asked = new Set(dashboard.panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => expr.match(/(?:slipway|process)_[a-z_]+/g) ?? [])).map((name) => name.replace(/_(?:bucket|sum|count)$/, '')));
  expect([...asked].filter((name) => !names.has(name))).toEqual([]);
  expect([...names].filter((name) => name?.startsWith('slipway_') === true && !asked.has(name))).toEqual([]);
  const documented = text('docs/operations.md').match(/slipway_[a-z_]+/g) ?? [];
  expect(documented.filter((name) => !names.has(name))).toEqual([]);
});

it("CloudWatch's dashboard shows each figure that the functions write, with the dimensions that it has", () => {
  const asked = [...text('infrastructure/dashboard.yml').matchAll(/SEARCH\('\{Slipway,service,([a-z,]+)\} MetricName=\\"(\w+)\\"'/g)].map(([, dimensions, name]) => `${name} ${dimensions}`);
  expect(asked.toSorted()).toEqual(Object.entries(FIGURES).filter(([, { aws }]) => aws).map(([name, { dimensions }]) => `${name} ${dimensions.join(',')}`).toSorted());
});

it('docs/monitoring.md names each figure as both platforms call it', () => {
  const page = text('docs/monitoring.md');
  for (const [name, { local, aws }] of Object.entries(FIGURES)) {
    if (aws) expect(page).toContain(`\`${name}\``);
    if (local !== null) expect(page).toContain(`\`${local.name}\``);
  }
});
