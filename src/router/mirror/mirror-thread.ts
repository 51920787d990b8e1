/**
 * The thread that asks again and compares: so that sending, reading JSON and hashing never stand in the way of a user's
 * request, which the router's own thread answers.
 */
import { parentPort } from 'node:worker_threads';
import { AnswerComparison } from '../../comparison/answer-comparison.ts';
import type { FromThread, ToThread } from './messages.ts';

/** Answers of `done` are gathered for so long. */
const REPORT_EVERY_MS = 10;

const comparisons = new Map<string, AnswerComparison>();
const done = new Map<string, number>();
let timer: NodeJS.Timeout | undefined;

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin; that is a window's.
const say = (message: FromThread): void => parentPort?.postMessage(message);

function finished(id: string): void {
  done.set(id, (done.get(id) ?? 0) + 1);
  timer ??= setTimeout(() => {
    timer = undefined;
    for (const [of, count] of done) say({ kind: 'done', id: of, count });
    done.clear();
  }, REPORT_EVERY_MS);
}

parentPort?.on('message', (message: ToThread) => {
  const { id } = message;
  switch (message.kind) {
    case 'open': {
      const known = comparisons.get(id) ?? new AnswerComparison(message.rule, () => finished(id));
      known.use(message.stable, message.candidate);
      comparisons.set(id, known);
      return;
    }
    case 'request': {
      const known = comparisons.get(id);
      if (known === undefined) finished(id);
      else known.add(message.request);
      return;
    }
    case 'read':
      return say({ kind: 'report', question: message.question, report: comparisons.get(id)?.report });
    case 'close':
      comparisons.get(id)?.close();
      comparisons.delete(id);
  }
});
