/** What people were told that wants their eye. */
import { useGrowing } from '../api/growing.ts';
import type { AnswerOf } from '../api/operations.ts';
import { Status, type Tone } from '../parts/icon.tsx';
import { More } from '../parts/more.tsx';
import { Nothing, Shown } from '../parts/said.tsx';
import { When } from '../parts/when.tsx';
import { serviceAddress } from '../router.ts';

type Alert = AnswerOf<'listAlerts'>[number];

const TONES = { info: 'idle', warning: 'warn', critical: 'bad' } as const satisfies Record<Alert['severity'], Tone>;

export function AlertsPage() {
  const list = useGrowing('listAlerts', (limit) => ({ query: { limit } }), ({ what }) => what === 'alert');
  return (
    <div class="page wide">
      <div class="title"><h1>Alerts</h1></div>
      <Shown seen={list} what="alerts">
        {(alerts) => (alerts.length === 0 ? <Nothing>Nobody had to be told of anything.</Nothing> : (
          <>
            <table class="matrix list">
              <caption class="sr">Alerts, newest first</caption>
              <thead><tr><th scope="col">When</th><th scope="col">Severity</th><th scope="col">About</th><th scope="col">What</th></tr></thead>
              <tbody>{alerts.map((alert) => (
                <tr key={`${alert.at} ${alert.kind} ${alert.service ?? ''} ${alert.environment ?? ''}`}>
                  <td data-label="when"><When at={alert.at} /></td>
                  <td data-label="severity"><Status tone={TONES[alert.severity]}>{alert.severity}</Status></td>
                  <th scope="row">{alert.service === null ? 'the installation' : <a data-row href={serviceAddress(alert.service)}>{alert.service}</a>}<span class="hint"> {alert.environment ?? ''}</span></th>
                  <td data-label="what" class="wraps">{alert.text}<span class="hint"> {alert.kind}</span></td>
                </tr>
              ))}</tbody>
            </table>
            <More of={list} shown={alerts.length} />
          </>
        ))}
      </Shown>
    </div>
  );
}
