/** Whether what is shown is what is: said, not only coloured. */
import { useEffect, useState } from 'preact/hooks';
import { liveState, onLiveState, type LiveState } from '../api/live.ts';
import { Status, type Tone } from '../parts/icon.tsx';

const SAID = {
  connecting: ['busy', 'Connecting', 'The connection for live events is being made.'],
  live: ['good', 'Live', 'Changes are shown as they happen.'],
  polling: ['good', 'Live (asked)', 'The gateway cannot stream, so changes are asked for every three seconds.'],
  lost: ['warn', 'Connection lost', 'What is shown is as it was. The connection is being made again, and what was missed comes then.'],
} as const satisfies Record<LiveState, readonly [Tone, string, string]>;

export function Connection() {
  const [state, change] = useState(liveState);
  useEffect(() => onLiveState(() => change(liveState())), []);
  const [tone, word, title] = SAID[state];
  return <div class="connection" role="status" aria-live="polite" title={title} data-state={state}><Status tone={tone}>{word}</Status></div>;
}
