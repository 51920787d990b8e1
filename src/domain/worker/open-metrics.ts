/** The OpenMetrics text format (and Prometheus', which it grew out of), as far as counters and histograms need it. Pure. */
import { InvalidInput } from '../errors.ts';

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const SAMPLES_MAX = 20_000;
const SAMPLE = /^([A-Za-z_:][A-Za-z0-9_:]*)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})?[ \t]+(\S+)(?:[ \t]+-?[0-9.eE+-]+)?(?:[ \t]+#.*)?$/;
const LABEL = /[ \t]*([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"[ \t]*(?:,|$)/y;
const SPECIAL: Readonly<Record<string, number>> = { '+Inf': Number.POSITIVE_INFINITY, Inf: Number.POSITIVE_INFINITY, '-Inf': Number.NEGATIVE_INFINITY, NaN: Number.NaN };

/** Samples with these names; others are not looked at. @throws InvalidInput naming the line that is none */
export function parseSamples(text: string, names: ReadonlySet<string>): Sample[] {
  const samples: Sample[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trimEnd();
    if (line === '# EOF') break;
    if (line === '' || line.startsWith('#')) continue;
    const match = SAMPLE.exec(line);
    const value = match === null ? Number.NaN : SPECIAL[match[3] as string] ?? Number(match[3]);
    const labels = match === null ? undefined : labelsOf(match[2] ?? '');
    if (match === null || labels === undefined || (Number.isNaN(value) && match[3] !== 'NaN')) throw new InvalidInput(`line ${index + 1} is no sample of the OpenMetrics text format: "${line.slice(0, 100)}"`, { line: index + 1 });
    if (!names.has(match[1] as string)) continue;
    samples.push({ name: match[1] as string, labels, value });
    if (samples.length > SAMPLES_MAX) throw new InvalidInput(`there are more than ${SAMPLES_MAX} samples of ${[...names].join(', ')}: give them fewer labels`);
  }
  return samples;
}

function labelsOf(text: string): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  for (let at = 0; at < text.length; at = LABEL.lastIndex) {
    LABEL.lastIndex = at;
    const match = LABEL.exec(text);
    if (match === null) return undefined;
    labels[match[1] as string] = (match[2] as string).replaceAll(/\\(.)/g, (_all, character: string) => (character === 'n' ? '\n' : character));
  }
  return labels;
}
