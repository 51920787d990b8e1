/** The dialog before an action: what will change in view, a reason, then the button. What was shown is what is done, or nothing is. */
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { messageOf } from '../api/client.ts';
import { ApiProblem } from '../api/problem.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { announce } from '../shell/announce.tsx';

export interface ConfirmGiven {
  readonly title: string;
  readonly button: string;
  readonly look?: 'primary' | 'danger';
  readonly close: () => void;
  /** Why it cannot be done as it stands; null when it can. */
  readonly missing: string | null;
  /** Asks for a reason under this name; absent: none is taken. */
  readonly reason?: string | undefined;
  /** The key is the same for every attempt at what is shown now. @throws ApiProblem */
  readonly act: (how: { readonly idempotencyKey: string; readonly reason: string }) => Promise<unknown>;
  /** Looks again, when what was shown is not so any more. */
  readonly refresh: () => void;
  readonly done: string;
  readonly children: ComponentChildren;
}

type Said = { readonly kind: 'stale' | 'refused'; readonly text: string };

export function Confirm({ title, button, look = 'primary', close, missing, reason, act, refresh, done, children }: ConfirmGiven) {
  const [isAt, at] = useState(false);
  const [said, say] = useState<Said | null>(null);
  const key = useRef(crypto.randomUUID());
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (missing !== null || isAt) return;
    const field = (event.currentTarget as HTMLFormElement).elements.namedItem('reason') as HTMLTextAreaElement | null;
    at(true);
    try {
      await act({ idempotencyKey: key.current, reason: field?.value.trim() ?? '' });
      announce(done);
      close();
    } catch (error) {
      at(false);
      const isStale = error instanceof ApiProblem && (error.isStale || error.status === 404);
      say({ kind: isStale ? 'stale' : 'refused', text: messageOf(error) });
      // A fault in between leaves open whether it happened: the same key asks for the same again.
      if (!(error instanceof ApiProblem) || !error.mayPass) key.current = crypto.randomUUID();
      if (isStale) refresh();
    }
  };
  return (
    <Dialog title={title} close={close} wide>
      <form class="confirm" onSubmit={(event) => void submit(event)}>
        {said === null ? null : <div class={`notice tone-${said.kind === 'stale' ? 'warn' : 'bad'}`} role="alert"><Icon tone={said.kind === 'stale' ? 'warn' : 'bad'} /><p>{said.text}{said.kind === 'stale' ? ' Below is what is there now.' : ''}</p></div>}
        {children}
        {reason === undefined ? null : <label>{reason}<textarea name="reason" rows={2} maxLength={1000} /></label>}
        <div class="actions"><button type="submit" class={look} disabled={isAt || missing !== null}>{isAt ? 'Asking …' : button}</button><button type="button" onClick={close}>Leave it</button>{missing === null ? null : <span class="hint">{missing}</span>}</div>
      </form>
    </Dialog>
  );
}
