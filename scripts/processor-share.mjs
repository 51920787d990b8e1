// Says how much of a processor this process gets when it wants one, and exits with 1 when that is under half. Plain JavaScript: it
// runs before anything is installed, on whatever Node is there.
const LOOK_MS = 2000;
// A loop that does nothing else sees the clock move in steps far under this, unless it was not running.
const GAP_MS = 5;

const begun = performance.now();
let last = begun;
let lost = 0;
while (last - begun < LOOK_MS) {
  const now = performance.now();
  if (now - last > GAP_MS) lost += now - last;
  last = now;
}
const share = 1 - lost / (last - begun);
if (share < 0.5) {
  console.log(`This machine gives a process ${Math.round(share * 100)} % of a processor; waiting for it to give more.`);
  process.exitCode = 1;
}
