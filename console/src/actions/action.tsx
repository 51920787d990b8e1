/** A button that opens its dialog, or says why it is not for whoever looks. */
import { useId, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import type { May } from '../api/permissions.ts';
import { announce } from '../shell/announce.tsx';

export interface ActionGiven {
  readonly label: string;
  readonly may: May;
  readonly look?: 'primary' | 'danger' | '' | undefined;
  /** What it is about, for those who hear the button alone: `catalog in production`. */
  readonly about: string;
  readonly dialog: (close: () => void) => ComponentChildren;
}

/** Not `disabled`: a reader must get to it to learn why it does nothing. */
export function Action({ label, may, look = '', about, dialog }: ActionGiven) {
  const [isOpen, open] = useState(false);
  const id = useId();
  const reason = may.allowed ? undefined : may.reason;
  return (
    <>
      <button
        type="button" class={look} aria-disabled={reason === undefined ? undefined : 'true'} title={reason} aria-describedby={reason === undefined ? undefined : id} aria-label={`${label}: ${about}`}
        onClick={() => { if (reason === undefined) open(true); else announce(reason); }}
      >{label}</button>
      {reason === undefined ? null : <span id={id} class="sr">{reason}</span>}
      {isOpen ? dialog(() => open(false)) : null}
    </>
  );
}
