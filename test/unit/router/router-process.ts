/** The router as its own process, for tests: options as JSON in the first argument. */
import { type RouterOptions } from '../../../src/router/router.ts';
import { runRouter } from '../../../src/router/process.ts';

const router = await runRouter(JSON.parse(process.argv[2] ?? '{}') as RouterOptions);
process.stdout.write(`${JSON.stringify({ port: router.port ?? null, epoch: router.epoch })}\n`);
