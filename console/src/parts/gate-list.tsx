/** Gates that are commands, with what they printed. */
import type { DeploymentDetail } from '../api/operations.ts';
import { ago } from '../text/time.ts';
import { Status } from './icon.tsx';

type Gate = DeploymentDetail['gates'][number];

export const GateList = ({ gates, isOver }: { readonly gates: readonly Gate[]; readonly isOver: boolean }) => (
  <ul class="tests" aria-label="Gates">
    {gates.map((gate) => <li key={gate.gate}><GateRun gate={gate} isOver={isOver} /></li>)}
  </ul>
);

function GateRun({ gate: { name, startedAt, outcome }, isOver }: { readonly gate: Gate; readonly isOver: boolean }) {
  if (outcome === null) return <><Status tone={isOver ? 'idle' : 'busy'}>{name}: {isOver ? 'ended with the deployment' : 'runs'}</Status> <span class="hint">began {ago(startedAt, Date.now())}</span></>;
  return (
    <details open={!outcome.passed}>
      <summary><Status tone={outcome.passed ? 'good' : 'bad'}>{name}: {outcome.passed ? 'passed' : 'failed'}</Status> <span class="hint">{outcome.seconds.toFixed(1)} s</span></summary>
      <pre class="output" tabIndex={0}>{outcome.detail === '' ? 'It printed nothing.' : outcome.detail}</pre>
    </details>
  );
}
