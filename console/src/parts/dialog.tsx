/** A modal dialog of the browser's own: it keeps the focus, closes with Escape, and gives the focus back. */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

export function Dialog({ title, close, children, wide = false }: { readonly title: string; readonly close: () => void; readonly children: ComponentChildren; readonly wide?: boolean }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const { activeElement } = document;
    dialog.current?.showModal();
    return () => { if (activeElement instanceof HTMLElement && activeElement.isConnected) activeElement.focus(); };
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={id} class={wide ? 'wide' : ''} onClose={close} onClick={(event) => { if (event.target === dialog.current) dialog.current?.close(); }}>
      <div class="dialog">
        <header><h2 id={id}>{title}</h2><button type="button" class="quiet" aria-label="Close" onClick={() => dialog.current?.close()}>✕</button></header>
        {children}
      </div>
    </dialog>
  );
}
