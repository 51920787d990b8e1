/** What is not as it was asked for, looked at now; and its repair. */
import { useState } from 'preact/hooks';
import { ask, messageOf } from '../api/client.ts';
import type { AnswerOf } from '../api/operations.ts';
import { mayDo, useMe } from '../api/permissions.ts';
import { useAnswer } from '../api/query.ts';
import { Status } from '../parts/icon.tsx';
import { Nothing, Shown } from '../parts/said.tsx';
import { serviceAddress } from '../router.ts';
import { counted } from '../text/numbers.ts';
import { driftDetail } from '../text/drift.ts';
import { DRIFT_WORDS } from '../text/places.ts';
import { announce } from '../shell/announce.tsx';

type Found = AnswerOf<'readDrift'>;
type Drift = Found['drifted'][number]['drifts'][number];

export function DriftPage() {
  const seen = useAnswer('readDrift', {});
  return (
    <div class="page wide">
      <div class="title"><h1>Drift</h1><p class="hint">What differs now from what was asked for. Looking repairs nothing.</p></div>
      <div class="actions"><button type="button" onClick={seen.refresh}>Look again</button><Repair after={seen.refresh} /></div>
      <Shown seen={seen} what="what runs">{(found) => <Drifted found={found} />}</Shown>
    </div>
  );
}

/** The schedule does the same within seconds on one machine, and within minutes elsewhere. */
function Repair({ after }: { readonly after: () => void }) {
  const may = mayDo(useMe(), 'repair', { team: '', environments: [] });
  const [isAtWork, work] = useState(false);
  const [said, say] = useState<string | null>(null);
  const repair = async () => {
    work(true);
    try {
      const { value } = await ask('reconcile', { body: {} });
      say(null);
      announce(value.repairs === 0 ? 'Nothing was to be repaired.' : `${counted(value.repairs, 'repair')} began.`);
      after();
    } catch (error) {
      say(messageOf(error));
    }
    work(false);
  };
  const reason = may.allowed ? null : may.reason;
  return <><button type="button" class="primary" aria-disabled={reason !== null || isAtWork} title={reason ?? undefined} onClick={() => { if (reason === null && !isAtWork) void repair(); }}>Repair now</button>{reason === null ? null : <span class="hint">{reason}</span>}{said === null ? null : <span role="alert">{said}</span>}</>;
}

function Drifted({ found: { looked, drifted, failed } }: { readonly found: Found }) {
  return (
    <>
      <p class="figures" aria-live="polite"><span>{counted(looked, 'place')} looked at</span><span>{drifted.length === 0 ? 'nothing drifted' : `${drifted.length} drifted`}</span></p>
      {failed.length === 0 ? null : <p class="notice tone-warn" role="alert">These targets did not answer, so nothing is known of their services: {failed.join(', ')}.</p>}
      {drifted.length === 0 ? <Nothing>{failed.length === 0 ? 'All that runs is as it was asked for.' : 'All that could be looked at is as it was asked for.'}</Nothing> : (
        <table class="matrix list">
          <caption class="sr">Places that drifted</caption>
          <thead><tr><th scope="col">Service</th><th scope="col">What differs</th></tr></thead>
          <tbody>{drifted.map(({ service, environment, drifts }) => (
            <tr key={`${service} ${environment}`}>
              <th scope="row"><a data-row href={serviceAddress(service)}>{service}</a><span class="hint">{environment}</span></th>
              <td class="wraps"><ul class="plain">{drifts.map((drift, index) => <li key={index}><Status tone="warn">{wordOf(drift)}</Status> <span class="hint">{driftDetail(drift)}</span></li>)}</ul></td>
            </tr>
          ))}</tbody>
        </table>
      )}
    </>
  );
}

const wordOf = ({ kind }: Drift): string => (DRIFT_WORDS as Readonly<Record<string, string>>)[kind] ?? kind;
