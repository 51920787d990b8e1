/** The keyboard: g and a letter goes to a page, / finds, j and k go through the rows of a list, ? shows all of it. */
import { useEffect } from 'preact/hooks';
import { Dialog } from '../parts/dialog.tsx';
import { goTo } from '../router.ts';
import { PLACES } from './places.ts';

const PREFIX_WITHIN_MS = 1200;

interface Asked {
  readonly onSheet: () => void;
  readonly onPalette: () => void;
}

const isTyping = (target: EventTarget | null): boolean => target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

/** The first link of each row is what j and k go through. */
function moveBy(step: 1 | -1): void {
  const links = [...document.querySelectorAll<HTMLElement>('#page [data-row]')];
  const at = links.findIndex((link) => link === document.activeElement);
  links[at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + step, 0), links.length - 1)]?.focus();
}

export function useShortcuts({ onSheet, onPalette }: Asked): void {
  useEffect(() => {
    let prefixAt = -Infinity;
    const press = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        return onPalette();
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector('dialog[open]') !== null) return undefined;
      const isSecond = event.timeStamp - prefixAt < PREFIX_WITHIN_MS;
      prefixAt = -Infinity;
      if (isSecond) return goTo(PLACES.find(({ key }) => key === event.key)?.path ?? location.pathname + location.search);
      if (event.key === 'g') prefixAt = event.timeStamp;
      else if (event.key === 'j' || event.key === 'k') moveBy(event.key === 'j' ? 1 : -1);
      else if (event.key === '/' || event.key === '?') {
        event.preventDefault();
        if (event.key === '/') onPalette(); else onSheet();
      }
      return undefined;
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}

const KEYS: readonly (readonly [keys: readonly string[], does: string])[] = [
  ...PLACES.map(({ key, label }): readonly [readonly string[], string] => [['g', key], `go to ${label}`]),
  [['/'], 'find a service, a pipeline or a page'], [['Ctrl', 'K'], 'the same, also while typing'], [['j'], 'next row'], [['k'], 'row before'], [['Enter'], 'open it'], [['Esc'], 'close a dialog'], [['?'], 'this sheet'],
];

export const KeySheet = ({ close }: { readonly close: () => void }) => (
  <Dialog title="Keyboard shortcuts" close={close}>
    <dl class="keys">{KEYS.map(([keys, does]) => <div key={does}><dt>{keys.map((key) => <kbd key={key}>{key}</kbd>)}</dt><dd>{does}</dd></div>)}</dl>
  </Dialog>
);
