import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { contextOf, readTraceParent, spanIdOf, SpanId, traceParent, TraceId, TraceParent } from '../../../../src/domain/trace/trace-parent.ts';
import { traceLink } from '../../../../src/domain/trace/trace-link.ts';

const digits = (count: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${count}}$`)).filter((text) => !/^0+$/.test(text));
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('a traceparent', () => {
  it('is written as it was read', () => {
    fc.assert(fc.property(digits(32), digits(16), fc.boolean(), (trace, span, isSampled) => {
      const context = { trace: TraceId.parse(trace), span: SpanId.parse(span), isSampled };
      expect(readTraceParent(traceParent(context))).toEqual(context);
      expect(contextOf(TraceParent.parse(traceParent(context)))).toEqual(context);
    }));
  });

  it.each([
    ['another flag beside the one that is known', `00-${TRACE}-${SPAN}-03`, true], ['not sampled', `00-${TRACE}-${SPAN}-02`, false], ['a later version that says more', `cc-${TRACE}-${SPAN}-01-what-the-future-will-be-like`, true], ['a later version', `cc-${TRACE}-${SPAN}-01`, true],
    ['blanks around it', ` 00-${TRACE}-${SPAN}-01 `, true],
  ])('%s', (_case, header, isSampled) => expect(readTraceParent(header)).toEqual({ trace: TRACE, span: SPAN, isSampled }));

  it.each([
    ['none', undefined], ['an empty one', ''], ['upper case', `00-${TRACE.toUpperCase()}-${SPAN}-01`], ['a trace of 0 only', `00-${'0'.repeat(32)}-${SPAN}-01`], ['a span of 0 only', `00-${TRACE}-${'0'.repeat(16)}-01`], ['the version that is none', `ff-${TRACE}-${SPAN}-01`],
    ['more behind version 00', `00-${TRACE}-${SPAN}-01-more`], ['more without a dash', `cc-${TRACE}-${SPAN}-01.more`], ['too short', `00-${TRACE}-${SPAN.slice(1)}-01`], ['two, joined', `00-${TRACE}-${SPAN}-01,00-${TRACE}-${SPAN}-01`],
  ])('%s is taken as absent', (_case, header) => expect(readTraceParent(header)).toBeNull());

  it('never throws, whatever is sent', () => {
    fc.assert(fc.property(fc.string(), (header) => { readTraceParent(header); }));
  });
});

describe('the span of something that has a name', () => {
  it('is the same in every process, and another one for another name or trace', () => {
    const trace = TraceId.parse(TRACE);
    expect(spanIdOf(trace, 'pipeline', 'catalog-1', 7)).toBe('7169e9428a8bb282');
    const ids = new Set([spanIdOf(trace, 'pipeline', 'catalog-1', 7), spanIdOf(trace, 'pipeline', 'catalog-1', 8), spanIdOf(trace, 'pipeline', 'catalog-17'), spanIdOf(TraceId.parse(`1${TRACE.slice(1)}`), 'pipeline', 'catalog-1', 7)]);
    expect(ids.size).toBe(4);
    for (const id of ids) expect(SpanId.safeParse(id).success).toBe(true);
  });
});

describe('where a trace is looked at', () => {
  const parent = TraceParent.parse(`00-${TRACE}-${SPAN}-01`);
  it('is nowhere without one, and only an id without an address', () => {
    expect(traceLink(null, 'https://jaeger.example.com/trace/{traceId}')).toBeNull();
    expect(traceLink(parent, undefined)).toEqual({ id: TRACE, url: null });
  });
  it('has the id where the address has a place for it, as whoever keeps it writes it', () => {
    expect(traceLink(parent, 'https://jaeger.example.com/trace/{traceId}')).toEqual({ id: TRACE, url: `https://jaeger.example.com/trace/${TRACE}` });
    expect(traceLink(parent, 'https://x/#xray:traces/{xrayId}')).toEqual({ id: TRACE, url: 'https://x/#xray:traces/1-0af76519-16cd43dd8448eb211c80319c' });
  });
});
