import { describe, expect, it } from '@jest/globals';
import { machine, runOne } from './running.ts';

const value = async (expression: string, input: unknown = {}) => {
  const { output, error, cause } = await runOne(machine('P', { P: { Type: 'Pass', Output: `{% ${expression} %}`, End: true } }), input);
  return error === undefined ? output : `${error}: ${cause}`;
};

describe('functions that Step Functions adds', () => {
  it.each<[string, unknown]>([
    ['$partition([1,2,3,4,5], 2)', [[1, 2], [3, 4], [5]]],
    ['$range(1, 9, 2)', [1, 3, 5, 7, 9]],
    ['$range(5, 1, -2)', [5, 3, 1]],
    ['$hash("input data", "SHA-1")', 'aaff4a450a104cd177d28d18d74485e8cae074b7'],
    ['$parse("{\\"a\\": [1]}").a', [1]],
    ['$random(7) = $random(7)', true],
    ['$random() = $random()', false],
    ['$length($uuid())', 36],
    ['$uuid() = $uuid()', false],
    ['$millis() > 1700000000000', true],
    ['$now("[Y0001]") = $substring($now(), 0, 4)', true],
    ['$sum($shuffle([1..10]))', 55],
  ])('%s', async (expression, expected) => { expect(await value(expression)).toEqual(expected); });

  it.each([
    ['$range(1, 2000, 1)', 'the limit is 1000'], ['$hash("a", "CRC")', '$hash knows the algorithms'], ['$parse("{")', 'failed'], ['$partition([1], 0)', 'at least 1'],
    ['$states.input.nothing', 'returned nothing'], ['($f := function($n) { $f($n + 1) + 1 }; $f(1))', 'Stack overflow'], ['$sum', 'returned a function'], ['{"a": [function($x) { $x }]}', 'returned a function'],
  ])('%s is an error', async (expression, expected) => {
    const found = await value(expression);
    expect(found).toContain('States.QueryEvaluationError');
    expect(found).toContain(expected);
  });

  it('gives plain JSON: no trace of the evaluator stays on a result', async () => {
    const output = await value('$states.input.xs.a', { xs: [{ a: 1 }, { a: 2 }] }) as number[];
    expect(output).toEqual([1, 2]);
    expect(Object.keys(output)).toEqual(['0', '1']);
  });
});
