/** A process that is a spawner and nothing else, until it is killed. Argument: where it listens. */
import { createSpawnServer } from '../../../../src/targets/process/spawner/serve.ts';

createSpawnServer().server.listen(process.argv[2], () => process.stdout.write('ready\n'));
