/**
 * JSONata 2.0.6, which is what Step Functions runs, as a process: one expression a line as a JSON string, one answer a line,
 * `{"value"}` (null for nothing) or `{"error"}`.
 */
import { createInterface } from 'node:readline';
import jsonata from 'jsonata-aws';

for await (const line of createInterface({ input: process.stdin })) {
  let answer: { value: unknown } | { error: string };
  try {
    answer = { value: (await jsonata(JSON.parse(line) as string).evaluate(undefined)) ?? null };
  } catch (thrown) {
    answer = { error: (thrown as { message?: string }).message ?? String(thrown) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
