import { expect, it } from '@jest/globals';
import { problemsOf } from '../../../src/app/instance-problems.ts';
import { InstanceId } from '../../../src/domain/ids.ts';

const having = (problem: string | null, ...names: string[]) => names.map((name) => ({ instance: InstanceId.parse(name), problem }));

it('the same problem of many instances is said once, with some of their names', () => {
  expect(problemsOf([...having('It could not start.', 'a', 'b'), ...having(null, 'c'), ...having('It ended.', 'd'), ...having('It could not start.', 'e', 'f', 'g')])).toEqual(['a, b, e and 2 more: It could not start.', 'd: It ended.']);
  expect(problemsOf(having(null, 'a'))).toEqual([]);
});
