/** What the packaged functions weigh. */
import { type Bench, type Row, short } from '../figures.ts';
import { withPackaged } from './packaged.ts';

const KB = 1000;
const BUNDLE_KB_MAX = 500;
/** Somebody waits for their acknowledgement. */
const QUICK = { names: ['webhook', 'slack'], kbMax: 400 } as const;

export const bundlesBench: Bench = () => withPackaged(async (functions) => ({
  rows: functions.map(({ name, bytes }): Row => {
    const max = (QUICK.names as readonly string[]).includes(name) ? QUICK.kbMax : BUNDLE_KB_MAX;
    return { what: `bundle of ${name}`, ours: `${short(bytes / KB)} KB`, peer: '', figure: bytes / KB, goal: { kind: 'at most', value: max, unit: ' KB' }, runs: '' };
  }),
}));
