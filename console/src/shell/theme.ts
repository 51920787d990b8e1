/** Light or dark: as the system asks, or as the reader chose. public/theme.js puts the choice in force before anything is drawn. */
import { useState } from 'preact/hooks';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
const KEY = 'slipway.theme';

const chosen = (): Theme => THEMES.find((theme) => theme === document.documentElement.dataset['theme']) ?? 'system';

function choose(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Nothing is kept: it holds until the page is left.
  }
  dispatchEvent(new Event('slipway:theme'));
}

export function useTheme(): readonly [Theme, () => void] {
  const [theme, change] = useState(chosen);
  return [theme, () => {
    const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system';
    choose(next);
    change(next);
  }];
}
