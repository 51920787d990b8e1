/** Whatever is in it, a message is one that Slack takes. */
import { describe, expect, it } from '@jest/globals';
import { array, assert, constantFrom, integer, property, string } from 'fast-check';
import { joined, threadNotes } from '../../../../src/app/slack/show/notes.ts';
import { rejectionDialog } from '../../../../src/app/slack/show/dialog.ts';
import { messageBlockId, pipelineMessage } from '../../../../src/app/slack/show/pipeline-message.ts';
import type { PipelineDetail } from '../../../../src/app/look.ts';
import { clipped, code, codeBlock, escaped, link, time } from '../../../../src/contracts/slack/blocks.ts';
import { bar, curve, trafficChart } from '../../../../src/app/slack/show/chart.ts';
import { MessageBlocks, View } from '../../../slack/block-rules.ts';
import { approval, deployment, hold, instance, observed, pipeline, test as result } from '../../cli/builders.ts';
import { badRelease, goodRelease } from '../../cli/story.ts';
import { detailOf } from './moments.ts';

const wild = string({ maxLength: 5000, unit: 'binary' });
const nasty = constantFrom('<!channel>', '```', '`', '*x*', '&', '|', '<@U0EVIL>', '\n'.repeat(3000), '😀'.repeat(2000), '');

const detailWith = (text: string, count: number): PipelineDetail => {
  const holds = [{ ...hold('canary', 480, 1), verdict: { ...hold('canary', 480, 1).verdict, kind: 'abort', reason: text } }];
  return {
    pipeline: pipeline({ status: { kind: 'failed', at: 0, error: text, reason: text }, version: text, stage: text, branch: text }),
    deployments: [{
      deployment: deployment('production', { stage: 'canary', holds, status: { kind: 'rolling-back', error: text, reason: text } }), tests: Array.from({ length: count }, (_, index) => ({ ...result(`${text}${index}`, 'failed'), detail: text })),
      gates: [{ gate: 'canary-before-0', name: text, startedAt: 0, outcome: { passed: false, seconds: 1, detail: text } }], approvals: [approval({ subject: { ...approval().subject, question: text === '' ? '?' : text, checklist: [text], version: text, url: null } })], observed: observed('production', { 'catalog-6-production': 90, 'catalog-7-production': 10 }, [instance('catalog-7-production', 1, { problem: text })]),
    }],
  };
};

/** Texts in which Slack reads markup: those of messages, and of the type mrkdwn. */
function markupIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(markupIn);
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  const fields = value as Record<string, unknown>;
  return 'type' in fields && fields['type'] === 'plain_text' ? [] : Object.entries(fields).flatMap(([name, one]) => (name === 'text' && typeof one === 'string' ? [one] : typeof one === 'object' ? markupIn(one) : []));
}

const taken = (blocks: unknown): string | undefined => MessageBlocks.safeParse(blocks).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');

describe('a message', () => {
  it('is taken, whatever its words are, and mentions nobody whom it does not mean', () => {
    assert(property(constantFrom('wild', 'nasty'), wild, nasty, integer({ min: 0, max: 60 }), (kind, one, other, count) => {
      const detail = detailWith(kind === 'wild' ? one : other, count);
      const { text, blocks } = pipelineMessage(detail, [], null);
      const notes = threadNotes(detail, [], []);
      expect([taken(blocks), text.length <= 4000, text !== '']).toEqual([undefined, true, true]);
      expect(notes.map(({ message }) => taken(message.blocks)).filter((problem) => problem !== undefined)).toEqual([]);
      expect(taken(joined(notes).blocks)).toBeUndefined();
      const [asked] = detail.deployments[0]?.approvals ?? [];
      if (asked !== undefined) expect(View.safeParse(rejectionDialog(asked, { channel: 'C1', replyTo: `https://hooks.slack.com/${'x'.repeat(900)}` })).error?.issues).toBeUndefined();
      expect(markupIn([text, blocks, notes]).join('\n')).not.toMatch(/<!(?:channel|here|everyone)|<@U0EVIL/);
    }), { numRuns: 60 });
  });

  it.each([...goodRelease, ...badRelease].map((moment, index) => [index, moment] as const))('of moment %i has its name, and at most 50 blocks', (_index, moment) => {
    const { blocks } = pipelineMessage(detailOf(moment), [], null);
    expect(taken(blocks)).toBeUndefined();
    expect(blocks?.[0]?.block_id).toBe(messageBlockId('catalog-7'));
  });

  it('leads to the console where it is known', () => {
    const [moment] = goodRelease;
    const about = (publicUrl: string | null) => JSON.stringify(pipelineMessage(detailOf(moment!), [], publicUrl).blocks?.at(-1));
    expect(about('https://slipway.example.com/')).toContain('<https://slipway.example.com/pipelines/catalog-7|catalog-7>');
    expect(about(null)).toContain('`catalog-7`');
  });

  it('is the same for the same state', () => {
    for (const moment of goodRelease) expect(pipelineMessage(detailOf(moment), [], null)).toEqual(pipelineMessage(structuredClone(detailOf(moment)), [], null));
  });
});

describe('words', () => {
  it('are escaped, cut between characters, and end no markup', () => {
    expect(escaped('<!channel> & co')).toBe('&lt;!channel&gt; &amp; co');
    expect(clipped('😀😀', 3)).toBe('😀…');
    expect([code('a`b'), codeBlock('x```y'), link('https://x.example/a|b>c', 'a|<b')]).toEqual(['`a\'b`', '```\nx\'\'\'y\n```', '<https://x.example/a%7Cb%3Ec|a/&lt;b>']);
    expect(time(1_392_734_382_000)).toBe('<!date^1392734382^{time}|2014-02-18 14:39 UTC>');
  });
});

describe('charts', () => {
  it.each([[0, '░░░░░░░░░░'], [1, '█░░░░░░░░░'], [10, '█░░░░░░░░░'], [50, '█████░░░░░'], [99, '█████████░'], [100, '██████████']])('%i %% is %s', (percent, expected) => expect(bar(percent)).toBe(expected));

  it('fit a phone', () => {
    const lines = trafficChart([{ name: 'stable', weight: 90, healthy: 12, instances: 12 }, { name: 'candidate', weight: 10, healthy: 0, instances: 2 }]).split('\n');
    expect(lines).toEqual(['stable    █████████░  90 % 12/12 up', 'candidate █░░░░░░░░░  10 % 0/2 up']);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(36);
  });

  it('draw how evidence grew, in 20 cells at most, the last look always', () => {
    assert(property(array(integer({ min: -50, max: 50 }), { maxLength: 200 }), (values) => {
      const drawn = curve(values.map((value, index) => [index, value / 10] as const), Math.log(100));
      expect(drawn.length).toBe(values.length < 3 ? 0 : Math.ceil(values.length / Math.ceil(values.length / 20)));
    }));
    expect(curve([[1, 0], [2, 1], [3, 2], [4, 4.7]], Math.log(100))).toBe('▁▂▄█');
  });
});
