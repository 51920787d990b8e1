/** Tests with what they printed. */
import type { AnswerOf } from '../api/operations.ts';
import { Status } from './icon.tsx';

type Test = AnswerOf<'readPipeline'>['deployments'][number]['tests'][number] & { readonly environment?: string };

export const TestList = ({ tests }: { readonly tests: readonly Test[] }) => (
  <ul class="tests" aria-label="Tests">
    {tests.map((test) => (
      <li key={`${test.environment ?? ''} ${test.name}`}>
        <details open={test.outcome === 'failed'}>
          <summary><Status tone={test.outcome === 'passed' ? 'good' : 'bad'}>{test.name}: {test.outcome}</Status> <span class="hint">{test.environment === undefined ? '' : `${test.environment}, `}{test.seconds.toFixed(1)} s{test.attempts > 1 ? `, ${test.attempts} attempts` : ''}</span></summary>
          <pre class="output" tabIndex={0}>{test.detail === '' ? 'It printed nothing.' : test.detail}</pre>
        </details>
      </li>
    ))}
  </ul>
);
