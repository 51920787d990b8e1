import { processRig, specOf, eventually } from './rig.ts';
import { processTable } from '../../../../src/targets/process/process-table/index.ts';
const rig = await processRig();
const N = Number(process.argv[2] ?? 100);
const spec = specOf({ health: { path: '/', interval: 2, timeout: 2, failures: 3, startWithin: 60 } });
let t = performance.now();
await rig.launch(spec, N);
console.log('launch returned', (performance.now() - t).toFixed(1));
await rig.healthy(N);
console.log('all healthy', (performance.now() - t).toFixed(0));
t = performance.now(); await rig.instances(); console.log('observe', (performance.now() - t).toFixed(1));
t = performance.now(); await processTable().usage(); console.log('usage', (performance.now() - t).toFixed(1));
const { Session } = await import('node:inspector/promises'); const s = new Session(); s.connect();

// kill one, several times
const kill = async (n: number) => {
  const list = (await rig.instances()).slice(0, n);
  const pids = new Map(await Promise.all(list.map(async (i) => [i.instance, await rig.pidOf(i.instance)] as const)));
  const times: number[] = []; const t0 = performance.now();
  const orig = rig.changes.length;
  rig.changes.push = ((c: any) => { 
    if (c.kind === 'exited') { void rig.relaunch([c.instance], spec); }
    if (c.kind === 'healthy') times.push(performance.now() - t0);
    return Array.prototype.push.call(rig.changes, c); }) as any;
  for (const pid of pids.values()) process.kill(-pid, 'SIGKILL');
  await eventually('x', () => times.length >= n);
  return times;
};

await s.post('Profiler.enable'); await s.post('Profiler.setSamplingInterval',{interval:200}); for (let z=0;z<3;z++){ await s.post('Profiler.start'); const cc=process.cpuUsage(); console.log('kill 20', (await kill(20)).map(x => x.toFixed(0)).join()); const dd=process.cpuUsage(cc); console.log('cpu ms', (dd.user+dd.system)/1000); const {profile}=await s.post('Profiler.stop'); (await import('node:fs')).writeFileSync('/tmp/slipbench/p'+z+'.cpuprofile', JSON.stringify(profile)); await new Promise(r=>setTimeout(r,1500)); }
await rig.close();
