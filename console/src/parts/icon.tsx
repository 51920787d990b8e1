/** Status by shape, so that colour is never all there is. The text beside it says the same. */
import type { JSX } from 'preact';

export const TONES = ['good', 'bad', 'warn', 'busy', 'wait', 'idle'] as const;
export type Tone = (typeof TONES)[number];

const SHAPES = {
  good: <><circle cx="8" cy="8" r="6.5" /><path class="mark" d="m5 8.2 2.1 2.1L11 6.2" /></>,
  bad: <><path d="M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3z" /><path class="mark" d="m5.8 5.8 4.4 4.4m0-4.4-4.4 4.4" /></>,
  warn: <><path d="M8 1.6 15 14H1z" /><path class="mark" d="M8 6.4v3.2m0 2v.1" /></>,
  busy: <><circle class="ring" cx="8" cy="8" r="6" /><path class="arc" d="M8 2a6 6 0 0 1 6 6" /></>,
  wait: <><rect x="1.5" y="1.5" width="13" height="13" rx="3" /><path class="mark" d="M8 4.6v3.6l2.3 1.5" /></>,
  idle: <circle class="ring" cx="8" cy="8" r="5.5" />,
} as const satisfies Record<Tone, JSX.Element>;

export const Icon = ({ tone }: { readonly tone: Tone }) => <svg class={`icon tone-${tone}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">{SHAPES[tone]}</svg>;

/** An icon with its word. */
export const Status = ({ tone, children }: { readonly tone: Tone; readonly children: preact.ComponentChildren }) => <span class={`status tone-${tone}`}><Icon tone={tone} /><span>{children}</span></span>;
