import { describe, expect, it } from '@jest/globals';
import type { Differences } from '../../../../src/domain/parallel/compare.ts';
import { REDACTED, redactedJson, redactedTarget } from '../../../../src/domain/parallel/redaction.ts';
import { addReports, countComparison, emptyReport, ParallelReport, REPORT_FIELDS_MAX } from '../../../../src/domain/parallel/report.ts';

const found = (...fields: [string, string?, string?][]): Differences => new Map(fields.map(([name, one, other]) => [name, [one, other] as const]));
const request = { method: 'GET', target: '/products?limit=1&api_key=abc' };

describe('a parallel run\'s report', () => {
  it('counts which pair differed, and keeps examples of what only the candidate did', () => {
    const report = emptyReport();
    countComparison(report, request, found(['$.price', '1', '2'], ['$.at', 'a', 'b']), found(['$.at', 'a', 'c'], ['$.id', 'x', 'y']));
    countComparison(report, request, found(), found());
    expect(report).toEqual({ compared: 2, differing: 1, unanswered: 0, dropped: 0, fields: { '$.price': { candidate: 1, stable: 0, both: 0 }, '$.at': { candidate: 0, stable: 0, both: 1 }, '$.id': { candidate: 0, stable: 1, both: 0 } },
      examples: [{ field: '$.price', request: 'GET /products?limit=1&api_key=REDACTED', stable: '1', candidate: '2' }] });
  });

  it('shows no secrets in examples', () => {
    const report = emptyReport();
    countComparison(report, request, found(['$.user.accessToken', '"abc"', '"def"'], ['$.text', '"Bearer abcdefghijk"', '"x"'], ['$.sessionId', '"s1"', '"s2"']), found());
    expect(JSON.stringify(report.examples)).not.toMatch(/abc|def|s1|s2/);
  });

  it('stays small, whatever comes', () => {
    const report = emptyReport();
    for (let index = 0; index < 3000; index++) countComparison(report, { method: 'GET', target: `/${'x'.repeat(8000)}` }, found([`$.f${index}${'y'.repeat(5000)}`, 'v'.repeat(9000), 'w'.repeat(9000)]), found());
    expect(Object.keys(report.fields).length).toBeLessThanOrEqual(REPORT_FIELDS_MAX + 1);
    expect(JSON.stringify(report).length).toBeLessThan(64 * 1024);
    expect(Object.values(report.fields).reduce((sum, { candidate }) => sum + candidate, 0)).toBe(3000);
    expect(ParallelReport.parse(report)).toEqual(report);
  });

  it('adds up over a mirror that began again', () => {
    const [one, other] = [emptyReport(), emptyReport()];
    countComparison(one, request, found(['$.a', '1', '2']), found());
    countComparison(other, request, found(['$.a', '1', '2'], ['$.b', '1', '2']), found());
    expect(addReports(one, { ...other, dropped: 3 })).toMatchObject({ compared: 2, differing: 2, dropped: 3, fields: { '$.a': { candidate: 2 }, '$.b': { candidate: 1 } } });
    expect(one.compared).toBe(1);
  });

  it('takes secrets out of targets and bodies', () => {
    expect(redactedTarget('/a?token=1&q=2&x=eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.abc&pass%77ord=3')).toBe('/a?token=REDACTED&q=2&x=REDACTED&pass%77ord=REDACTED');
    expect(redactedJson({ user: { name: 'anna', password: 'x', apiKey: 'y' }, list: [{ clientSecret: 1 }], keyboard: 'z', author: 'a' })).toEqual({ user: { name: 'anna', password: '(redacted)', apiKey: '(redacted)' }, list: [{ clientSecret: '(redacted)' }], keyboard: 'z', author: 'a' });
  });
});

describe('what is kept of a request', () => {
  const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';
  it.each([
    ['/items?token=hidden&q=ok', '/items?token=REDACTED&q=ok'],
    ['/items?%74oken=hidden', '/items?%74oken=REDACTED'],
    ['/in?next=%2Fa%3Ftoken%3Dhidden&q=ok', '/in?next=REDACTED&q=ok'],
    ['/in?next=/a?lang=de', '/in?next=/a?lang=de'],
    [`/in?${JWT}`, '/in?REDACTED'],
    [`/reset/${JWT}/now`, '/reset/REDACTED/now'],
    ['/cart;jsessionid=hidden/items?q=1', '/REDACTED/items?q=1'],
    ['/go?to=https%3A%2F%2Fme%3Ahidden%40host%2F', '/go?to=REDACTED'],
    ['/a/b?c=d&e', '/a/b?c=d&e'],
  ])('of %s is %s', (target, kept) => expect(redactedTarget(target)).toBe(kept));

  it('has no secret in an address that a body names', () => {
    expect(redactedJson({ link: 'https://host/a?access_token=hidden', page: 'https://host/a?page=2', note: 'https://me:hidden@host/' })).toEqual({ link: REDACTED, page: 'https://host/a?page=2', note: REDACTED });
  });
});
