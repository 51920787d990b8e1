/** One mistake in a machine, said so that it can be mended. */
export interface Issue {
  readonly machine: string;
  readonly state?: string;
  readonly field?: string;
  /** What is wrong, and what is allowed. */
  readonly problem: string;
}

export const issueText = ({ machine, state, field, problem }: Issue): string =>
  `machine '${machine}'${state === undefined ? '' : `, state '${state}'`}${field === undefined || field === '' ? '' : `, field '${field}'`}: ${problem}`;

export type Report = (issue: Omit<Issue, 'machine'>) => void;
