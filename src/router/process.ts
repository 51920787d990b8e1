/** The router as a process: signals, exit, and what happens to an error that nobody caught. */
import { lineLog } from './log.ts';
import { type RouterOptions, type RunningRouter, startRouter } from './router.ts';

/**
 * Runs the router in this process until SIGTERM or SIGINT, which let requests under way end and exit with 0. An error of
 * one request never ends the others: it is written as one JSON line to stderr and the process goes on.
 */
export async function runRouter(options: RouterOptions): Promise<RunningRouter> {
  const log = lineLog((line) => process.stderr.write(line), Date.now);
  const survive = (error: unknown) => log({ level: 'error', message: 'an error that nobody caught; the router goes on', reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  const router = await startRouter(options, log);
  process.on('uncaughtException', survive);
  process.on('unhandledRejection', survive);
  let ending = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (ending) return;
      ending = true;
      log({ level: 'info', message: 'router ends: requests under way are let end', signal });
      router.close().then(
        () => process.exit(0),
        (error: unknown) => {
          survive(error);
          process.exit(1);
        },
      );
    });
  }
  return router;
}
