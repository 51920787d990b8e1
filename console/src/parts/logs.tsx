/** The end of each instance's output, read again while it is open. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { useAnswer } from '../api/query.ts';
import { Shown } from './said.tsx';

const AGAIN_MS = 2000;
const BYTES = 16 * 1024;

export function Logs({ service, environment }: { readonly service: string; readonly environment: string }) {
  const [isOpen, open] = useState(false);
  return <details onToggle={(event) => open(event.currentTarget.open)}><summary>Output of the instances</summary>{isOpen ? <Output service={service} environment={environment} /> : null}</details>;
}

function Output({ service, environment }: { readonly service: string; readonly environment: string }) {
  const logs = useAnswer('readLogs', { params: { service, environment }, query: { bytes: BYTES } });
  useEffect(() => {
    const timer = setInterval(logs.refresh, AGAIN_MS);
    return () => clearInterval(timer);
  }, [logs.refresh]);
  return <Shown seen={logs} what="the output">{(value) => (value.length === 0 ? <p class="hint">No instance has printed anything.</p> : <>{value.map(({ instance, revision, text }) => <Tail key={instance} title={`${revision}, ${instance}`} text={text} />)}</>)}</Shown>;
}

/** Stays at the end, unless its reader went up. */
function Tail({ title, text }: { readonly title: string; readonly text: string }) {
  const output = useRef<HTMLPreElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => { if (isAtEnd.current && output.current !== null) output.current.scrollTop = output.current.scrollHeight; }, [text]);
  return <figure class="log"><figcaption class="hint mono">{title}</figcaption><pre ref={output} class="output" tabIndex={0} aria-label={`Output of ${title}`} onScroll={(event) => { const { scrollTop, scrollHeight, clientHeight } = event.currentTarget; isAtEnd.current = scrollHeight - scrollTop - clientHeight < 24; }}>{text === '' ? 'It printed nothing.' : text}</pre></figure>;
}
