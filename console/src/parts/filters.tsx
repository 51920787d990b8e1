/** Filters of a list, kept in the page's address: a link shows the same list, and the way back leads to it. */
import { useId } from 'preact/hooks';
import { useAnswer } from '../api/query.ts';
import { goTo, withQuery, type Address } from '../router.ts';
import { fromLocalInput, localInput } from '../text/time.ts';

interface Of {
  readonly address: Address;
  readonly name: string;
  readonly label: string;
}

const change = (address: Address, name: string, value: string): void => goTo(withQuery(address, { [name]: value }), 'replace');

export function Choice({ address, name, label, any, options }: Of & { readonly any: string; readonly options: readonly (readonly [value: string, text: string])[] }) {
  const chosen = address.query.get(name) ?? '';
  return (
    <label>{label}
      <select value={chosen} onChange={(event) => change(address, name, event.currentTarget.value)}>
        <option value="">{any}</option>
        {options.map(([value, text]) => <option key={value} value={value} selected={value === chosen}>{text}</option>)}
      </select>
    </label>
  );
}

/** Taken when it is complete: a name that is half typed would be refused. */
export function Named({ address, name, label, placeholder, known = [] }: Of & { readonly placeholder: string; readonly known?: readonly string[] }) {
  const id = useId();
  return (
    <label>{label}
      <input type="search" key={address.query.get(name) ?? ''} defaultValue={address.query.get(name) ?? ''} placeholder={placeholder} list={known.length === 0 ? undefined : id} autocomplete="off" spellcheck={false} onChange={(event) => change(address, name, event.currentTarget.value.trim())} />
      {known.length === 0 ? null : <datalist id={id}>{known.map((value) => <option key={value} value={value} />)}</datalist>}
    </label>
  );
}

/** A moment, in the reader's own time zone; in the address it is milliseconds since the epoch. */
export function At({ address, name, label }: Of) {
  const given = Number(address.query.get(name) ?? NaN);
  return (
    <label>{label}
      <input type="datetime-local" key={given} defaultValue={Number.isNaN(given) ? '' : localInput(given)} onChange={(event) => change(address, name, String(fromLocalInput(event.currentTarget.value) ?? ''))} />
    </label>
  );
}

/** The names that filters offer. */
export function useNames(): { readonly teams: readonly string[]; readonly services: readonly string[]; readonly environments: readonly string[] } {
  const teams = useAnswer('listTeams', {}).value ?? [];
  const environments = useAnswer('readEnvironments', {}).value?.environments ?? [];
  return { teams: teams.map(({ team }) => team), services: teams.flatMap(({ services }) => services), environments: environments.map(({ name }) => name) };
}

/** What an address asks for by these names, without those that it leaves open. */
export const asked = <N extends string>({ query }: Address, ...names: readonly N[]): { readonly [K in N]?: string } =>
  Object.fromEntries(names.flatMap((name) => { const value = query.get(name) ?? ''; return value === '' ? [] : [[name, value]]; })) as { readonly [K in N]?: string };
