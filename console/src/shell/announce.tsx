/** What happened, for those who do not see it happen: one polite live region, and a short note on the screen. */
import { useEffect, useState } from 'preact/hooks';

const SAID = 'slipway:said';
const SHOWN_MS = 6000;

/** @param how `quietly`: to screen readers only, for what the page itself shows too */
export const announce = (text: string, how: 'shown' | 'quietly' = 'shown'): boolean => dispatchEvent(new CustomEvent(SAID, { detail: { text, how } }));

interface Said { readonly text: string; readonly how: 'shown' | 'quietly' }
const NOTHING: Said = { text: '', how: 'shown' };

export function Announcements() {
  const [{ text, how }, say] = useState<Said>(NOTHING);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hear = (event: Event) => {
      say((event as CustomEvent<Said>).detail);
      clearTimeout(timer);
      timer = setTimeout(() => say(NOTHING), SHOWN_MS);
    };
    addEventListener(SAID, hear);
    return () => { removeEventListener(SAID, hear); clearTimeout(timer); };
  }, []);
  return <div class={how === 'quietly' ? 'sr' : 'announcements'} role="status" aria-live="polite">{text}</div>;
}
