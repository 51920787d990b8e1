/** What is asked for in a place: revisions with their counts and shares of the traffic. */
import type { Desired } from '../api/operations.ts';
import { shortVersion } from '../text/numbers.ts';

export const RevisionsAsked = ({ desired }: { readonly desired: Desired }) => (
  <table class="asked">
    <caption class="sr">Revisions asked for</caption>
    <thead><tr><th scope="col">Revision</th><th scope="col">Version</th><th scope="col" class="number">Instances</th><th scope="col" class="number">Traffic</th></tr></thead>
    <tbody>
      {Object.values(desired.revisions).map(({ spec, count }) => (
        <tr key={spec.revision}><th scope="row">{spec.revision}{spec.revision === desired.stable ? <span class="hint"> stable</span> : null}</th><td class="mono">{shortVersion(spec.version)}</td><td class="number">{count}</td><td class="number">{desired.weights[spec.revision] ?? 0} %</td></tr>
      ))}
    </tbody>
  </table>
);
