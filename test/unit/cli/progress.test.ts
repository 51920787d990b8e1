import { describe, expect, it } from '@jest/globals';
import { PipelineDetail } from '../../../src/cli/answers/pipeline.ts';
import { plainLine, rowText, viewLines } from '../../../src/cli/progress/describe.ts';
import { ndjsonDisplay } from '../../../src/cli/progress/ndjson.ts';
import { plainDisplay } from '../../../src/cli/progress/plain.ts';
import { terminalDisplay } from '../../../src/cli/progress/terminal.ts';
import { viewOf, type View } from '../../../src/contracts/progress/view.ts';
import { styleOf } from '../../../src/cli/text/style.ts';
import { approval, deployment, instance, observed, pipeline, START, test, wire } from './builders.ts';
import { screen } from './screen.ts';
import { badRelease, goodRelease, type Moment } from './story.ts';

const view = (moment: Pick<Moment, 'detail'>): View => viewOf(PipelineDetail.parse(wire(moment.detail)));
const linesAt = (moment: Moment): string[] => viewLines(view(moment), moment.at).map(plainLine);
const at = (story: readonly Moment[], index: number): Moment => {
  const moment = story[index];
  if (moment === undefined) throw new Error(`the story has no moment ${index}`);
  return moment;
};

function plain(story: readonly Moment[]): string {
  let text = '';
  const display = plainDisplay({ write: (part) => { text += part; } });
  for (const moment of story) {
    display.show(view(moment), moment.at);
    display.show(view(moment), moment.at + 100);
  }
  return text;
}

describe('progress in plain lines', () => {
  it('tells a good release, one line per change', () => {
    expect(plain(goodRelease)).toBe(`\
catalog-7  catalog 1.4.0, deploy by ben
    2s  staging staging running: 0/2 healthy · 0 % of traffic
    4s  staging staging running: 2/2 healthy · 100 % of traffic
    5s  staging staging passed
    5s  staging tests running: 1 of 2 passed
    9s  staging tests passed: 2 of 2 passed
   10s  production canary running: 1/1 healthy · 0 % of traffic
   13s  production canary running: 1/1 healthy · 10 % of traffic · 20 of 50 needed requests judged: 0 % failed, stable 1.11 % · 57s left
   40s  production canary running: 1/1 healthy · 10 % of traffic · 240 requests judged: 0.42 % failed, stable 0.093 % · 30s left
 1m12s  production canary passed: 480 requests judged: 0.21 % failed, stable 0.046 %
 1m12s  production approval asking: 520 requests judged: 0.19 % failed, stable 0.043 % · 0 of 1 said yes; slipway approve catalog · 58m48s left
 1m31s  production approval passed: approved by carl
 1m31s  production rollout running: batch 1 of 2 · 1/1 healthy · 50 % of traffic · 600 requests judged: 0.17 % failed, stable 0.037 % · 29s left
 2m05s  production rollout running: batch 2 of 2 · 2/2 healthy · 100 % of traffic · 900 requests judged: 0.11 % failed, stable 0.025 % · 27s left
 2m35s  production rollout passed
`);
  });

  it('tells why a bad release was taken back', () => {
    expect(plain(badRelease).split('\n').slice(-5)).toEqual([
      '   20s  production canary failed: 200 requests judged: 5 % failed, stable 0.11 % · The candidate fails 5.0 % of its requests.',
      '   20s  production rollback running: to catalog-6-production: The candidate fails 5.0 % of its requests.',
      '   22s  production canary failed: 200 requests judged: 5 % failed, stable 0.11 % · The candidate fails 5.0 % of its requests.',
      '   22s  production rollback passed: back to catalog-6-production',
      '',
    ]);
  });

  it('says numbers that only grow once in ten seconds', () => {
    const growing = [0, 3000, 6000, 11_000].map((later, index): Moment => {
      const moment = at(goodRelease, 7);
      return { at: moment.at + later, detail: JSON.parse(JSON.stringify(moment.detail).replaceAll('"requests":240', `"requests":${240 + index}`)) };
    });
    expect(plain(growing).split('\n').filter((line) => line.includes('canary')).map((line) => /(\d+) requests/.exec(line)?.[1])).toEqual(['240', '243']);
  });

  it('says a remark once, until there is news', () => {
    let text = '';
    const display = plainDisplay({ write: (part) => { text += part; } });
    for (const word of ['gone', 'gone', 'gone']) display.remark(word);
    display.show(view(at(goodRelease, 1)), START);
    display.remark('gone');
    expect(text.split('\n').filter((line) => line === 'gone')).toHaveLength(2);
  });
});

describe('the view', () => {
  it('shows every stage with its state, instances, weight, evidence and time left', () => {
    expect(linesAt(at(goodRelease, 7))).toEqual([
      'catalog-7  catalog 1.4.0, deploy by ben  40s',
      '✓ staging     staging',
      '✓             tests     2 of 2 passed',
      '● production  canary    1/1 healthy · 10 % of traffic · 240 requests judged: 0.42 % failed, stable 0.093 % · 30s left',
      '○             approval',
      '○             rollout',
    ]);
  });

  it('shows the build of a push, and why it failed', () => {
    const failed = { pipeline: pipeline({ cause: 'push', commit: 'a'.repeat(40), digest: null, status: { kind: 'failed', at: START, error: 'BuildFailed', reason: 'test: exit 1\n2 of 40 tests failed' } }), deployments: [] };
    expect(linesAt({ at: START + 1000, detail: failed }).map((line) => line.trimEnd())).toEqual([
      'catalog-7  catalog 1.4.0, push by ben  0s', '✗             build       test: exit 1 2 of 40 tests failed', '- staging     deployment', '- production  deployment',
    ]);
  });

  it('shows the build of a commit that is tried again', () => {
    const again = { pipeline: pipeline({ cause: 'deploy', commit: 'a'.repeat(40), digest: null }), deployments: [] };
    expect(linesAt({ at: START + 1000, detail: again })[1]).toBe('●             build       commit aaaaaaaaaa');
  });

  it('names failed tests, and what was never reached', () => {
    const detail = { pipeline: pipeline({ status: { kind: 'failed', at: START, error: 'TestsFailed', reason: 'lists failed' } }), deployments: [{ deployment: deployment('staging', { stage: 'staging', status: { kind: 'rolled-back', at: START, error: 'TestsFailed', reason: 'lists failed' } }), tests: [test('answers'), test('lists', 'failed')], approvals: [], observed: null }] };
    expect(view({ detail }).rows.map((row) => [row.stage, row.state, rowText(row, START)])).toEqual([
      ['staging', 'passed', ''], ['tests', 'failed', '1 of 2 passed · failed: lists'], ['rollback', 'passed', 'back to catalog-6-staging'], ['deployment', 'skipped', ''],
    ]);
  });

  it.each([
    [{ kind: 'rejected', at: START, by: 'carl', comment: 'prices' }, 'failed', 'rejected by carl: prices'],
    [{ kind: 'voided', at: START, reason: 'the canary turned bad' }, 'failed', 'voided: the canary turned bad'],
    [{ kind: 'expired', at: START, taken: 'reject' }, 'failed', 'nobody answered in time, which means reject'],
    [{ kind: 'expired', at: START, taken: 'approve' }, 'passed', 'nobody answered in time, which means approve'],
  ])('shows an approval that is %j', (status, state, text) => {
    const detail = { pipeline: pipeline(), deployments: [{ deployment: deployment('production', { stage: 'canary' }), tests: [], approvals: [approval({ status })], observed: null }] };
    const row = view({ detail }).rows.find((found) => found.stage === 'approval');
    expect([row?.state, row?.note]).toEqual([state, text]);
  });

  it('shows every gate of the plan: which is to come, which runs, and how it ended', () => {
    const gates = { gatesBefore: [{ kind: 'command', name: 'audit', stage: 'staging', when: 'before', command: ['audit'] }, { kind: 'person', name: 'may it', stage: 'staging', when: 'before', approval: { approvers: ['anna'] } }], gatesAfter: [{ kind: 'command', name: 'smoke', stage: 'staging', when: 'after', command: ['smoke'] }] };
    const part = (parts: Record<string, unknown>, begun: readonly [gate: string, passed: boolean | null][], approvals: unknown[] = []) => {
      const found = deployment('staging', { stage: 'staging', ...parts });
      const planned = { ...found, plan: { ...found.plan, stages: { ...found.plan.stages, staging: { ...found.plan.stages.staging, ...gates, tests: [] } } } };
      const runs = begun.map(([gate, passed]) => ({ gate, name: gate, startedAt: START, outcome: passed === null ? null : { passed, seconds: 3, detail: `${gate} ended with exit code ${passed ? 0 : 3}.\nand said this` } }));
      return view({ detail: { pipeline: pipeline(), deployments: [{ deployment: planned, tests: [], gates: runs, approvals, observed: null }] } }).rows.slice(0, 4).map((row) => `${row.stage} ${row.state} ${row.note ?? ''}`.trim());
    };
    const asks = approval({ id: 'catalog-7-staging-staging-before-1', subject: { ...approval().subject, question: 'may it' } });
    const said = approval({ ...asks, status: { kind: 'approved', at: START }, decisions: [{ by: 'anna', at: START, decision: 'approve', comment: '' }] });
    expect(part({}, [])).toEqual(['gate waiting audit', 'gate waiting may it', 'staging waiting', 'gate waiting smoke']);
    expect(part({}, [['staging-before-0', null]])).toEqual(['gate running audit: its command runs', 'gate waiting may it', 'staging waiting', 'gate waiting smoke']);
    expect(part({}, [['staging-before-0', true]], [asks])).toEqual(['gate passed audit: passed in 3s', 'gate asking may it: 0 of 1 said yes; slipway approve catalog', 'staging waiting', 'gate waiting smoke']);
    expect(part({}, [['staging-before-0', true]], [said])).toEqual(['gate passed audit: passed in 3s', 'gate passed may it: approved by anna', 'staging running', 'gate waiting smoke']);
    expect(part({}, [['staging-before-0', true], ['staging-after-0', null]], [said])).toEqual(['gate passed audit: passed in 3s', 'gate passed may it: approved by anna', 'staging passed', 'gate running smoke: its command runs']);
    expect(part({ status: { kind: 'rolling-back', error: 'TestsFailed', reason: 'no' } }, [['staging-before-0', true], ['staging-after-0', false]], [said]).slice(2)).toEqual(['staging passed', 'gate failed smoke: staging-after-0 ended with exit code 3.']);
    expect(part({ status: { kind: 'succeeded', at: START } }, [], [said])).toEqual(['gate passed audit', 'gate passed may it: approved by anna', 'staging passed', 'gate passed smoke']);
  });

  it('says why an instance does not start', () => {
    const detail = { pipeline: pipeline(), deployments: [{ deployment: deployment('staging', { stage: 'staging' }), tests: [], approvals: [], observed: observed('staging', {}, [instance('catalog-7-staging', 1, { health: 'unhealthy', problem: 'exited with 1' })]) }] };
    expect(view({ detail }).rows.slice(0, 1).map((row) => rowText(row, START))).toEqual(['0/2 healthy · 0 % of traffic · exited with 1']);
  });

  it('lets no control character of an answer through', () => {
    const moment = JSON.parse(JSON.stringify(at(badRelease, 8)).replaceAll('The candidate fails', '\\u001b[2JThe candidate\\u0007 fails')) as Moment;
    expect(linesAt(moment).join('')).not.toMatch(/\p{Cc}/u);
    expect(linesAt(moment).join('')).toContain('\\u001b[2JThe candidate\\u0007 fails');
  });
});

describe('progress on a terminal', () => {
  it.each([120, 60, 24])('is redrawn in place and cut to %i columns', (columns) => {
    const terminal = screen(columns);
    const display = terminalDisplay(terminal, styleOf(true, undefined));
    for (const moment of goodRelease) {
      display.show(view(moment), moment.at);
      const expected = linesAt(moment).map((line) => (line.length > columns - 1 ? `${line.slice(0, columns - 2)}…` : line));
      expect(terminal.text().split('\n').map((line) => line.replace(/\s*…$/, '…'))).toEqual(expected.map((line) => line.replace(/\s*…$/, '…')));
    }
  });

  it('writes nothing when nothing has changed', () => {
    const terminal = screen(100);
    const display = terminalDisplay(terminal, styleOf(true, '1'));
    for (let turn = 0; turn < 5; turn += 1) display.show(view(at(goodRelease, 3)), START + 5000);
    expect(terminal.writes()).toBe(1);
  });

  it('shows a remark below, which goes with the next state', () => {
    const terminal = screen(100);
    const display = terminalDisplay(terminal, styleOf(true, '1'));
    display.show(view(at(goodRelease, 3)), START + 5000);
    display.remark('No answer. Trying again.');
    display.remark('No answer. Trying again.');
    expect(terminal.text().split('\n').at(-1)).toBe('No answer. Trying again.');
    expect(terminal.writes()).toBe(2);
    display.show(view(at(goodRelease, 3)), START + 5000);
    expect(terminal.text()).toBe(linesAt(at(goodRelease, 3)).join('\n'));
  });

  it('keeps what is at work on a screen that is too low', () => {
    const terminal = { ...screen(100), rows: 4 };
    terminalDisplay(terminal, styleOf(true, '1')).show(view(at(goodRelease, 7)), START + 40_000);
    const lines = terminal.text().split('\n');
    expect(lines.length).toBeLessThan(4);
    expect(lines.at(-1)).toContain('canary');
  });

  it('has colours only where they are wanted', () => {
    expect(styleOf(true, undefined)('bad', 'no')).toBe('\u001B[31mno\u001B[39m');
    expect([styleOf(true, '1')('bad', 'no'), styleOf(false, undefined)('bad', 'no'), styleOf(true, '')('bad', 'no')]).toEqual(['no', 'no', '\u001B[31mno\u001B[39m']);
  });
});

describe('progress as JSON', () => {
  it('is one line per state, and none when only time has passed', () => {
    const lines: string[] = [];
    const output = { write: (text: string) => { lines.push(text); } };
    const display = ndjsonDisplay(output, output);
    for (const moment of goodRelease) for (const later of [0, 200]) display.show(view(moment), moment.at + later);
    expect(lines).toHaveLength(goodRelease.length);
    const last = JSON.parse(lines.at(-1) ?? '') as { pipeline: string; status: unknown; rows: { stage: string; state: string }[] };
    expect(last).toMatchObject({ pipeline: 'catalog-7', status: { kind: 'succeeded' } });
    expect(last.rows.map((row) => `${row.stage} ${row.state}`)).toEqual(['staging passed', 'tests passed', 'canary passed', 'approval passed', 'rollout passed']);
  });
});
