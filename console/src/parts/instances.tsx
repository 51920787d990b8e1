/** Instances by zone: one column each, with health by shape and word. */
import type { Observed } from '../api/operations.ts';
import { ago } from '../text/time.ts';
import { Icon, type Tone } from './icon.tsx';

type Instance = Observed['instances'][number];
const TONES = { starting: 'busy', healthy: 'good', unhealthy: 'bad', draining: 'idle', stopped: 'idle' } as const satisfies Record<Instance['health'], Tone>;

export function InstancesByZone({ instances, endpoint, names }: { readonly instances: readonly Instance[]; readonly endpoint: string | null; readonly names: Readonly<Record<string, string>> }) {
  const zones = [...new Set(instances.map(({ zone }) => zone))].sort();
  return (
    <section aria-label="Instances by zone">
      <h3>Instances {endpoint === null ? null : <a class="hint" href={endpoint} target="_blank" rel="noreferrer">{endpoint}</a>}</h3>
      {zones.length === 0 ? <p class="hint">No instance runs.</p> : (
        <div class="zones">
          {zones.map((zone) => (
            <section key={zone} aria-label={`Zone ${zone}`}>
              <h4>Zone {zone}</h4>
              <ul>{instances.filter((one) => one.zone === zone).map((one) => <InstanceLine key={one.instance} instance={one} name={names[one.revision] ?? one.revision} />)}</ul>
            </section>
          ))}
        </div>
      )}
    </section>
  );
}

const InstanceLine = ({ instance: { instance, health, problem, quarantined, relaunches, startedAt, stray }, name }: { readonly instance: Instance; readonly name: string }) => (
  <li>
    <Icon tone={quarantined ? 'bad' : TONES[health]} /><span>{quarantined ? 'crash loop' : health}</span> <span class="hint" title={instance}>{stray === true ? 'stray' : name}, since {ago(startedAt, Date.now())}{relaunches > 0 ? `, ${relaunches} relaunches` : ''}</span>
    {problem === null ? null : <p class="hint">{problem}</p>}
  </li>
);
