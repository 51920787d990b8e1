/** A child process that writes transactions without end and prints each acknowledged one: `node store-writer.ts FILE`. */
import { writeSync } from 'node:fs';
import { openSqliteStore } from '../../../../src/adapters/local/sqlite-store.ts';
import { systemClock } from '../../../../src/adapters/local/system-clock.ts';

const WRITERS = 8;
const store = openSqliteStore({ path: process.argv[2] ?? '', clock: systemClock });

const writeWithoutEnd = async (writer: number): Promise<never> => {
  for (let n = 0; ; n += 1) {
    const name = `${writer}-${n}`;
    const half = (part: string) => ({ kind: 'put', key: { partition: part, sort: name }, value: { name, filler: 'x'.repeat(n % 3000) }, condition: { absent: true } }) as const;
    await store.transact([half('left'), half('right')]);
    // Synchronous: what is printed has left this process before anything else is written.
    writeSync(1, `${name}\n`);
  }
};

await Promise.all(Array.from({ length: WRITERS }, (_, writer) => writeWithoutEnd(writer)));
