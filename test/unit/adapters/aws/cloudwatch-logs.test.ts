/** The output of instances, over a CloudWatch Logs that answers as documented: pages, both directions, events that come late. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { createCloudWatchLogs, groupOutput, lambdaOutput, LOOK_BACK_MS, PAGES_MAX } from '../../../../src/adapters/aws/cloudwatch-logs.ts';
import { OVERLAP_MS } from '../../../../src/adapters/aws/cloudwatch-logs/cursor.ts';
import type { LogCalls, LogEvent, LogQuery } from '../../../../src/adapters/aws/calls/signed-logs.ts';
import { EnvironmentName, RevisionId, ServiceName } from '../../../../src/domain/ids.ts';
import { fakeClock } from '../../../fakes/clock.ts';
import { specOf } from '../../targets/process/rig.ts';

const START = Date.UTC(2026, 4, 4, 6, 30);
const [service, environment] = [ServiceName.parse('shop'), EnvironmentName.parse('production')];
const [stable, candidate] = ['shop-1-production', 'shop-2-production'].map((name) => RevisionId.parse(name)) as [RevisionId, RevisionId];

let clock: ReturnType<typeof fakeClock>;
let groups: Map<string, LogEvent[]>;
let asked: LogQuery[];
let pageSize: number;
/** Refuses the next calls by this name. */
let refusing: string | null;
beforeEach(() => {
  [clock, groups, asked, pageSize, refusing] = [fakeClock(START), new Map(), [], 1000, null];
});

const write = (group: string, stream: string, message: string, at = clock.now()): void => {
  const events = groups.get(group) ?? [];
  groups.set(group, [...events, { logStreamName: stream, message, timestamp: at, eventId: `${group} ${events.length}` }]);
};
/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
const calls: LogCalls = {
  filterLogEvents: async (query) => {
    asked.push(query);
    if (refusing !== null) throw Object.assign(new Error('no'), { name: refusing });
    const group = groups.get(query.logGroupName);
    if (group === undefined) throw Object.assign(new Error('The specified log group does not exist.'), { name: 'ResourceNotFoundException' });
    const matching = group.filter(({ logStreamName, timestamp }) => logStreamName.startsWith(query.logStreamNamePrefix ?? '') && timestamp >= query.startTime).sort((one, other) => (query.startFromHead ? 1 : -1) * (one.timestamp - other.timestamp));
    const from = Number(query.nextToken ?? 0);
    return { events: matching.slice(from, from + pageSize), next: from + pageSize < matching.length ? String(from + pageSize) : undefined };
  },
};
const logs = (target = 'ecs', settings: object = { logGroup: '/services' }) => createCloudWatchLogs({
  calls: () => calls, clock, placed: async () => ({ service, environment, target, access: null, settings: {}, specs: [stable, candidate].map((revision) => specOf({ service, revision, settings })) }),
  targets: { ecs: groupOutput, lambda: lambdaOutput(() => ({ targetGroup: async () => null, versionOfAlias: async (_name, alias) => (alias === stable ? '7' : '8') })) },
});
const tail = (bytes = 1000, cursor?: string, of = logs()) => of.tail(service, environment, bytes, cursor);
const task = (revision: string, id: string): string => `${revision}/service/${id}`;

describe('the end of the output', () => {
  it('is that of each task, by the revision that its stream begins with, newest first', async () => {
    write('/services', task(stable, 'a1'), 'one', START - 3000);
    write('/services', task(candidate, 'b1'), 'two', START - 2000);
    write('/services', task(stable, 'a1'), 'three\n', START - 1000);
    write('/services', 'shop-11-production/service/c1', 'of another revision');
    expect((await tail()).output).toEqual([{ instance: 'b1', revision: candidate, text: 'two\n' }, { instance: 'a1', revision: stable, text: 'one\nthree\n' }]);
    expect(asked.map(({ logStreamNamePrefix, startTime, startFromHead }) => [logStreamNamePrefix, startTime, startFromHead])).toEqual([[`${stable}/`, START - LOOK_BACK_MS, false], [`${candidate}/`, START - LOOK_BACK_MS, false]]);
  });

  it('of functions is told apart by the version in the stream, in each function', async () => {
    write('/aws/lambda/shop-production-api', '2026/05/04/[7]aa', 'old');
    write('/aws/lambda/shop-production-api', '2026/05/04/[8]bb', 'new');
    write('/aws/lambda/shop-production-api', '2026/05/04/[$LATEST]cc', 'nobody');
    write('/aws/lambda/shop-production-worker', '2026/05/04/[8]dd', 'new too');
    const { output } = await tail(1000, undefined, logs('lambda', { functions: { api: {}, worker: {} } }));
    expect(output.map(({ instance, revision, text }) => `${instance} ${revision} ${text}`).sort()).toEqual([`shop-production-api:7 ${stable} old\n`, `shop-production-api:8 ${candidate} new\n`, `shop-production-worker:8 ${candidate} new too\n`]);
  });

  it('is no longer than asked for, and begins with a whole line', async () => {
    for (let line = 0; line < 50; line += 1) write('/services', task(stable, 'a1'), `line ${line}`, START - 50 + line);
    expect((await tail(18)).output).toEqual([{ instance: 'a1', revision: stable, text: 'line 48\nline 49\n' }]);
    write('/services', task(stable, 'a1'), 'x'.repeat(100));
    expect((await tail(18)).output[0]?.text).toHaveLength(18);
  });

  it('is empty where nothing was written yet: the group is made with the first line', async () => {
    expect((await tail()).output).toEqual([]);
  });

  it('takes few calls, however much there is', async () => {
    pageSize = 10;
    for (let line = 0; line < 500; line += 1) write('/services', task(stable, 'a1'), `line ${line}`, START - 500 + line);
    expect((await tail()).output[0]?.text).toContain('line 499\n');
    expect(asked.length).toBeLessThanOrEqual(2);
  });
});

describe('what is written after a look', () => {
  const follow = async (looks: number, between: (look: number) => void): Promise<string> => {
    let { next, output } = await tail(1_000_000);
    const texts = output.map(({ text }) => text);
    for (let look = 0; look < looks; look += 1) {
      between(look);
      clock.advance(3000);
      ({ next, output } = await tail(1_000_000, next));
      expect(next).toMatch(/^[\w@-]{1,4096}$/);
      texts.push(...output.map(({ text }) => text));
    }
    return texts.join('');
  };
  const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

  it('is shown once, also what comes late and out of order', async () => {
    write('/services', task(stable, 'a1'), 'before', START - 1000);
    const text = await follow(6, (look) => {
      write('/services', task(stable, 'a1'), `at ${look}`);
      write('/services', task(stable, 'a1'), `late ${look}`, clock.now() - OVERLAP_MS + 4000);
    });
    expect(lines(text).sort()).toEqual(['before', ...Array.from({ length: 6 }, (_, look) => [`at ${look}`, `late ${look}`]).flat()].sort());
  });

  it('is shown once and wholly when more is written than one look reads', async () => {
    pageSize = 40;
    const each = pageSize * PAGES_MAX + 17;
    const text = await follow(12, (look) => {
      if (look < 3) for (let line = 0; line < each; line += 1) write('/services', task(candidate, 'b1'), `${look}.${line}`, clock.now() + line);
    });
    expect(new Set(lines(text)).size).toBe(lines(text).length);
    expect(lines(text)).toHaveLength(3 * each);
  });

  it('is that of a revision too that was not there at the look before', async () => {
    const { next } = await tail();
    clock.advance(1000);
    write('/services', task(candidate, 'new'), 'hello');
    expect((await tail(100, next)).output).toEqual([{ instance: 'new', revision: candidate, text: 'hello\n' }]);
  });

  it.each(['', 'bm9uZQ', Buffer.from('[1,[["a",-1,""]]]').toString('base64url')])('by "%s", which is no cursor, is refused', async (cursor) => {
    await expect(tail(100, cursor)).rejects.toMatchObject({ name: 'InvalidInput' });
  });
});

describe('what cannot be read is said', () => {
  it('of a service whose settings name no log group', async () => {
    await expect(tail(100, undefined, logs('ecs', {}))).rejects.toMatchObject({ name: 'NotSupported', message: expect.stringContaining('logGroup') });
  });
  it('of another target', async () => {
    await expect(tail(100, undefined, logs('hosts'))).rejects.toMatchObject({ name: 'NotSupported' });
  });
  it.each([['AccessDeniedException', 'Forbidden'], ['ThrottlingException', 'ProviderUnavailable']])('%s is %s', async (name, expected) => {
    write('/services', task(stable, 'a1'), 'one');
    refusing = name;
    await expect(tail()).rejects.toMatchObject({ name: expected });
  });
});
