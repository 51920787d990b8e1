/** The command line as a process of its own, against whatever address it is given. */
import { validate } from '../../src/app/validate.ts';
import { runInProcess } from '../../src/cli/process.ts';

const [address = '', token = '', ...words] = process.argv.slice(2);
process.exitCode = await runInProcess(words, { env: { SLIPWAY_URL: address, SLIPWAY_TOKEN: token }, userHome: '/nobody/at/home', program: { version: '1.2.3', node: process.versions.node }, hookProgram: { node: process.execPath, script: 'none' }, validate: validate({}), up: async () => 0, upDetached: async () => ({ url: 'http://127.0.0.1:7420', remarks: [] }), down: async () => ({ ran: true, left: 0 }), sendTo: async () => { throw new Error('no target is called here'); }, handOf: async () => { throw new Error('no hand is needed here'); } });
