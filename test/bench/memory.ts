/** Resident memory of the control plane at rest, after it took several services through their pipelines. */
import { readFileSync } from 'node:fs';
import { type Bench, median, withSpread } from './figures.ts';
import { manifestOf, startInstallation } from './installation.ts';
import { pause } from './waiting.ts';

const SERVICES = 10;
const SERVICES_QUICK = 3;
const REST_MS = 10_000;
const LOOKS = 5;
const GOAL_MB = 150;

const ENVIRONMENTS = `environments:
  - { name: staging, kind: staging, wave: 1, zones: [a] }
  - { name: production, kind: production, wave: 2, zones: [a] }
`;

/** What Linux counts as resident, in MB of 10^6 bytes; elsewhere there is no /proc and the row is not measured. */
export function residentMb(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(kilobytes) * 1024) / 1e6;
}

export const memoryBench: Bench = async ({ quick, say }) => {
  const services = quick ? SERVICES_QUICK : SERVICES;
  const installation = await startInstallation(ENVIRONMENTS);
  try {
    for (let index = 0; index < services; index += 1) {
      await installation.register(manifestOf(`bench-memory-${index}`, 1));
      await installation.deploy(`bench-memory-${index}`);
    }
    await pause(quick ? 1000 : REST_MS);
    const looks: number[] = [];
    for (let look = 0; look < LOOKS; look += 1) {
      looks.push(residentMb(installation.pidOf('control-plane')));
      await pause(1000);
    }
    say(`memory: control plane ${looks.map((mb) => mb.toFixed(0)).join(', ')} MB`);
    const [router, supervisor] = [residentMb(installation.pidOf('router')), residentMb(installation.pidOf('supervisor'))];
    return {
      rows: [
        { what: `control plane at rest, ${services} services in two places`, ours: withSpread(median(looks), looks, 'MB'), peer: '', figure: median(looks), goal: { kind: 'at most', value: GOAL_MB, unit: ' MB' }, runs: `${LOOKS} looks` },
        { what: 'router at rest beside it', ours: `${router.toFixed(0)} MB`, peer: '', figure: router, goal: null, runs: '1 look' },
        { what: 'supervisor, which starts the processes', ours: `${supervisor.toFixed(0)} MB`, peer: '', figure: supervisor, goal: null, runs: '1 look' },
      ],
    };
  } finally {
    await installation.stop();
  }
};
