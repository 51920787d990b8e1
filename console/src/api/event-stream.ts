/** Reads Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html) from text as it comes. Pure. */
export interface StreamEvent {
  readonly event: string;
  readonly id: string | null;
  readonly data: string;
}

/** @returns a reader that takes the next piece of text and answers the events that are whole by then */
export function eventReader(): (text: string) => StreamEvent[] {
  let rest = '';
  return (text) => {
    const blocks = `${rest}${text}`.replaceAll('\r\n', '\n').split('\n\n');
    rest = blocks.pop() ?? '';
    return blocks.map(eventOf).filter((event) => event !== null);
  };
}

function eventOf(block: string): StreamEvent | null {
  const fields = new Map<string, string[]>();
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    // A line that begins with a colon is a comment: the heartbeat.
    if (colon === 0 || line === '') continue;
    const [name, value] = colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
    fields.set(name, [...(fields.get(name) ?? []), value]);
  }
  const data = fields.get('data');
  return data === undefined ? null : { event: fields.get('event')?.at(-1) ?? 'message', id: fields.get('id')?.at(-1) ?? null, data: data.join('\n') };
}
