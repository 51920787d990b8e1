/** Finds a service, a pipeline or a page by a few letters. */
import { useId, useMemo, useState } from 'preact/hooks';
import { useAnswer } from '../api/query.ts';
import { Dialog } from '../parts/dialog.tsx';
import { goTo, pipelineAddress, serviceAddress } from '../router.ts';
import { best } from '../text/match.ts';
import { PLACES } from './places.ts';

interface Goal {
  readonly label: string;
  readonly kind: 'page' | 'service' | 'pipeline';
  readonly address: string;
}

const SHOWN = 12;
const PIPELINE = /^[a-z][a-z0-9-]*-[1-9][0-9]{0,6}$/;

export function Palette({ close }: { readonly close: () => void }) {
  const [text, type] = useState('');
  const [at, move] = useState(0);
  const id = useId();
  const teams = useAnswer('listTeams', {});
  const goals = useMemo((): Goal[] => [
    ...PLACES.map(({ label, path }): Goal => ({ label, kind: 'page', address: path })),
    ...(teams.value ?? []).flatMap(({ services }) => services).map((name): Goal => ({ label: name, kind: 'service', address: serviceAddress(name) })),
  ], [teams.value]);
  const typed = text.trim().toLowerCase();
  const found = [...(PIPELINE.test(typed) ? [{ label: typed, kind: 'pipeline', address: pipelineAddress(typed) } satisfies Goal] : []), ...best(goals, typed, ({ label }) => label, SHOWN)];
  const open = (goal: Goal | undefined) => {
    if (goal === undefined) return;
    close();
    goTo(goal.address);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      move(Math.min(Math.max(at + (event.key === 'ArrowDown' ? 1 : -1), 0), Math.max(found.length - 1, 0)));
    } else if (event.key === 'Enter') open(found[at]);
  };
  return (
    <Dialog title="Go to" close={close}>
      <input
        type="text" role="combobox" aria-expanded="true" aria-controls={id} aria-activedescendant={found.length === 0 ? undefined : `${id}-${at}`} aria-label="A service, a pipeline such as catalog-7, or a page" placeholder="A service, a pipeline such as catalog-7, or a page"
        autofocus autocomplete="off" spellcheck={false} value={text} onInput={(event) => { type(event.currentTarget.value); move(0); }} onKeyDown={press}
      />
      <ul id={id} role="listbox" aria-label="Found" class="goals">
        {found.map((goal, index) => (
          <li key={goal.address} id={`${id}-${index}`} role="option" aria-selected={index === at} onClick={() => open(goal)} onMouseEnter={() => move(index)}><span>{goal.label}</span><span class="hint">{goal.kind}</span></li>
        ))}
      </ul>
      {found.length === 0 ? <p class="said" role="status">Nothing has these letters.</p> : null}
    </Dialog>
  );
}
