/** What happened, for those who do not see it happen: one polite live region, and a short note on the screen. */
import { useEffect, useState } from 'preact/hooks';

const SAID = 'slipway:said';
const SHOWN_MS = 6000;

export const announce = (text: string): boolean => dispatchEvent(new CustomEvent(SAID, { detail: text }));

export function Announcements() {
  const [text, say] = useState('');
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hear = (event: Event) => {
      say(String((event as CustomEvent).detail));
      clearTimeout(timer);
      timer = setTimeout(() => say(''), SHOWN_MS);
    };
    addEventListener(SAID, hear);
    return () => { removeEventListener(SAID, hear); clearTimeout(timer); };
  }, []);
  return <div class="announcements" role="status" aria-live="polite">{text}</div>;
}
