/**
 * The whole product on real services: `npm run demo`, then a report. Exit code 0 only if all of it held.
 * docs/demo.md tells what happens and what each check is about.
 */
import { parseArgs } from 'node:util';
import { runDemo } from './demo/run.ts';

const USAGE = `npm run demo -- [--json] [--keep]

  --json   the report as JSON on standard output; the story goes to standard error
  --keep   keep the directory with everything: logs, state, repositories
`;

function optionsOf(args: readonly string[]): { json: boolean; keep: boolean; help: boolean } | string {
  try {
    const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } } });
    return values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const options = optionsOf(process.argv.slice(2));
if (typeof options === 'string') {
  process.stderr.write(`${options}\n\n${USAGE}`);
  process.exitCode = 2;
} else if (options.help) {
  process.stdout.write(USAGE);
} else {
  // What the story was waiting for when it was ended is not waited for.
  process.exit(await runDemo(options));
}
