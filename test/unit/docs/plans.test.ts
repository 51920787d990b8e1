import { describe, expect, it } from '@jest/globals';
import { parseEnvironments, parseManifest } from '../../../src/contracts/manifest-file.ts';
import { STRATEGIES } from '../../../src/domain/manifest.ts';
import type { Plan } from '../../../src/domain/plan.ts';
import { checkPlan } from '../../../src/domain/planner/check-plan.ts';
import { compilePlan } from '../../../src/domain/planner/compile-plan.ts';
import { describePlan } from '../../../src/domain/planner/describe-plan.ts';
import { startOf, walk } from '../../../src/domain/planner/walk.ts';
import { CANDIDATE, desired, release, STABLE } from '../domain/planner/builders.ts';
import { document, fencedBlocks } from './documents.ts';

const page = document('docs/pipeline.md');
const block = (info: string) => fencedBlocks(page).find((found) => found.info === info)?.text ?? '';
const service = parseManifest(block('yaml slipway.yaml'), 'slipway.yaml');
const places = parseEnvironments(block('yaml environments.yaml'), 'environments.yaml');
if (!service.ok || !places.ok) throw new Error('the examples of docs/pipeline.md have mistakes');
const { manifest } = service;
const { environments } = places;

/** The lines under a plan's heading: its stages, which is what the page prints. */
const HEADING_LINES = 3;
const stages = (plan: Plan) => `${describePlan(plan).slice(HEADING_LINES).join('\n')}\n`;
const printed = (name: string) => new RegExp(`<!-- plan of ${name} -->\\n\`\`\`text\\n([^]*?)\`\`\``).exec(page.text)?.[1];
const instancesAtMost = (plan: Plan, from: Parameters<typeof startOf>[1]) => Math.max(...walk(plan, startOf(plan, from)).map(({ counts }) => Object.values(counts).reduce((sum, count) => sum + count, 0)));

function planFor(environment: string, strategy: (typeof STRATEGIES)[number], before: ReturnType<typeof desired>): Plan {
  const place = environments.environments.find(({ name }) => name === environment);
  if (place === undefined) throw new Error(`docs/pipeline.md has no environment ${environment}`);
  return compilePlan({ release: release({ manifest: { ...manifest, strategy } }), environment: place, environments, desired: before, candidate: CANDIDATE, mode: 'normal' });
}

describe('plans that docs/pipeline.md prints', () => {
  it('staging is as the planner makes it', () => {
    expect(printed('staging')).toBe(stages(planFor('staging', 'canary', desired({ [STABLE]: 2 }))));
  });

  it.each(STRATEGIES)('%s is as the planner makes it', (strategy) => {
    const before = desired({ [STABLE]: 8 });
    const plan = planFor('production', strategy, before);
    expect(checkPlan(plan, before)).toEqual([]);
    expect(printed(strategy)).toBe(stages(plan));
  });

  it.each(STRATEGIES)('%s has at most as many instances as the page says', (strategy) => {
    const before = desired({ [STABLE]: 8 });
    const said = new RegExp(`^\\| ${strategy} \\| (\\d+) \\|`, 'm').exec(page.text)?.[1];
    expect(Number(said)).toBe(instancesAtMost(planFor('production', strategy, before), before));
  });
});
