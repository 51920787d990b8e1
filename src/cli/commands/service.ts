/** `slipway service`: the repositories whose pushes are listened to, and their services. */
import { join, resolve } from 'node:path';
import { Repositories, Repository } from '../answers/installation.ts';
import { ServiceStatus } from '../answers/place.ts';
import { harmless } from '../answers/text.ts';
import { readable } from '../arguments.ts';
import { isLoopback, type Connection } from '../connection.ts';
import { CliError, EXIT } from '../exit.ts';
import { example, runs, type Host, type Session } from '../session.ts';
import { table } from '../text/cells.ts';

const SECRET_FILE = 'webhook-secret';
const SECRET_BYTES_MAX = 4096;

export function addService(host: Host): void {
  const service = host.program.command('service').summary('repositories and their services').helpGroup('The installation:').description('The repositories whose pushes are listened to, and the services in them.');
  example(service, 'slipway service add https://github.com/acme/shop');
  addAdd(host, service);
  addList(host, service);
}

function addAdd(host: Host, service: Host['program']): void {
  const command = service.command('add').description('Listens to a repository\'s pushes, and says how to set up its webhook. The same repository again changes nothing.')
    .argument('<url>', 'the repository, as it is cloned').option('--show-secret', 'print the webhook\'s secret itself')
    .option('--hook', 'the repository is a bare one on this machine: write its post-receive hook instead of a webhook');
  example(command, 'slipway service add https://github.com/acme/shop', 'slipway service add /srv/git/shop.git --hook');
  runs<{ showSecret?: boolean; hook?: boolean }>(host, command, async (session, { showSecret, hook }, url) => {
    const client = await session.connect();
    const secret = showSecret === true ? await secretOf(session, client.connection) : null;
    const repository = hook === true ? resolve(session.needs.directory, url ?? '') : url;
    const { value, raw } = await client.post('/v1/repositories', { url: repository }, Repository);
    const told = hook === true ? await writeHook(session, client.connection, repository ?? '') : ['', ...webhookLines(client.connection, secret)];
    session.answer(raw, () => [`Pushes to ${value.url} are listened to. Its services are the folders with a slipway.yaml.`, ...told]);
    if (session.json && secret !== null) session.remark(secret);
  });
}

function addList(host: Host, service: Host['program']): void {
  const command = service.command('list').description('Lists the repositories and the services that were found in them.');
  example(command, 'slipway service list');
  runs(host, command, async (session) => {
    const client = await session.connect();
    const [repositories, services] = [await client.get('/v1/repositories', Repositories), await client.list('/v1/services', ServiceStatus)];
    session.answer({ repositories: repositories.raw, services: services.raw }, () => {
      const known = repositories.value.map(({ url }) => url);
      const rows = services.value.map(({ service: { name, team, repository } }) => [name, team, repository ?? 'artifacts from outside']);
      const silent = known.filter((url) => !services.value.some((status) => status.service.repository === url)).map((url) => ['-', '-', `${url} (no push yet)`]);
      const all = [...rows, ...silent];
      return all.length === 0 ? ['No services yet. Add a repository: slipway service add URL'] : table([['SERVICE', 'TEAM', 'REPOSITORY'].map((title) => session.style('quiet', title)), ...all]);
    });
  });
}

function webhookLines({ address, home }: Connection, secret: string | null): string[] {
  const where = home === null ? 'the installation\'s webhook secret, as its secret store has it' : `what is in the file ${join(home, SECRET_FILE)} (or: --show-secret)`;
  return [
    'In the repository\'s settings on GitHub, add a webhook:',
    `  Payload URL   ${address}/webhooks/github`,
    '  Content type  application/json',
    `  Secret        ${secret ?? where}`,
    '  Events        just the push event',
    ...(isLoopback(address) ? ['GitHub reaches this address only through a tunnel or proxy: put the URL it has there in its place.'] : []),
  ];
}

async function secretOf({ needs }: Session, { home }: Connection): Promise<string> {
  if (home === null) throw new CliError(EXIT.usage, '--show-secret reads a file of this machine, and --url names another control plane. Ask whoever runs it.');
  const path = join(home, SECRET_FILE);
  return harmless((await readable(needs.files.read(path, SECRET_BYTES_MAX), path)).trim());
}

/** Never over a hook that is there: it may do other work. */
async function writeHook({ needs }: Session, { home }: Connection, repository: string): Promise<string[]> {
  if (home === null) throw new CliError(EXIT.usage, '--hook writes into a repository of this machine, and --url names a control plane elsewhere. Set up a webhook there.');
  const path = join(repository, 'hooks', 'post-receive');
  if (await needs.files.exists(path)) throw new CliError(EXIT.failed, `${path} is there already. Add this line to it: ${hookLine(needs.hookProgram, home)}`);
  await needs.files.writeExecutable(path, `#!/bin/sh\n${hookLine(needs.hookProgram, home)}\n`);
  return [`Its post-receive hook is written: ${path}`];
}

/** For a shell: each word in single quotes. */
const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;
const hookLine = ({ node, script }: { readonly node: string; readonly script: string }, home: string): string => `exec ${quoted(node)} ${quoted(script)} --home ${quoted(home)}`;
