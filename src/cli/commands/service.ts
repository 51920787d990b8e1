/** `slipway service`: the repositories whose pushes are listened to, and their services. */
import { join, resolve } from 'node:path';
import { Option } from 'commander';
import type * as z from 'zod';
import { GIT_HOST_NAMES, GIT_HOSTS, webhookSecretFile, type GitHost } from '../../domain/git-host.ts';
import { signingTokenOf } from '../../domain/signature.ts';
import { RemovedRepository, Repositories, Repository } from '../answers/installation.ts';
import { ServiceStatus } from '../answers/place.ts';
import { harmless } from '../answers/text.ts';
import { readable } from '../arguments.ts';
import { isLoopback, type Connection } from '../connection.ts';
import { CliError, EXIT } from '../exit.ts';
import { example, runs, type Host, type Session } from '../session.ts';
import { table } from '../text/cells.ts';
import { webhookSteps } from '../webhook-steps.ts';

const SECRET_BYTES_MAX = 4096;

export function addService(host: Host): void {
  const service = host.program.command('service').summary('repositories and their services').helpGroup('The installation:').description('The repositories whose pushes are listened to, and the services in them.');
  example(service, 'slipway service add https://github.com/acme/shop');
  addAdd(host, service);
  addRemove(host, service);
  addList(host, service);
}

function addAdd(host: Host, service: Host['program']): void {
  const command = service.command('add').description('Listens to a repository\'s pushes, and says how to set up its webhook. The same repository again changes nothing.')
    .argument('<url>', 'the repository, as it is cloned').option('--show-secret', 'print the webhook\'s secret itself')
    .addOption(new Option('--host <kind>', 'the kind of git host, where its address does not say it').choices(GIT_HOSTS))
    .option('--hook', 'the repository is a bare one on this machine: write its post-receive hook instead of a webhook');
  example(command, 'slipway service add https://github.com/acme/shop', 'slipway service add https://git.example.com/acme/shop --host gitlab', 'slipway service add /srv/git/shop.git --hook');
  runs<{ showSecret?: boolean; hook?: boolean; host?: GitHost }>(host, command, async (session, { showSecret, hook, host: kind }, url) => {
    const client = await session.connect();
    const repository = hook === true ? resolve(session.needs.directory, url ?? '') : url ?? '';
    // Before anything is registered: a repository whose hook cannot be written is not listened to half.
    const place = hook === true ? await hookPlace(session, client.connection, repository) : null;
    const { value, raw } = await client.post('/v1/repositories', { url: repository, ...(kind === undefined ? {} : { host: kind }) }, Repository);
    const secret = showSecret === true && hook !== true ? await secretOf(session, client.connection, value) : null;
    const told = place !== null ? await writeHook(session, place) : ['', ...webhookLines(client.connection, { ...value, named: repository }, secret)];
    session.answer(raw, () => [`Pushes to ${value.url} are listened to. Its services are the folders with a slipway.yaml.`, ...told]);
    if (session.json && secret !== null) session.remark(secret);
  });
}

function addRemove(host: Host, service: Host['program']): void {
  const command = service.command('remove').description('Stops listening to a repository\'s pushes. Its services go on running, and can be deployed and rolled back; nothing new is built from it.').argument('<url>', 'the repository');
  example(command, 'slipway service remove https://github.com/acme/shop');
  runs(host, command, async (session, _options, url) => {
    const { value, raw } = await (await session.connect()).delete(`/v1/repositories?url=${encodeURIComponent(url ?? '')}`, RemovedRepository);
    session.answer(raw, () => [`Pushes to ${value.url} are not listened to any more. Remove its webhook there too.`, ...(value.services.length === 0 ? [] : [`Its services go on running: ${value.services.join(', ')}. To end one, see docs/webhooks.md.`])]);
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

/** @param named as it was given: of a folder the API leaves `.git` away, and a command that is copied must find it. */
function webhookLines({ address, home }: Connection, { url, host, named }: z.infer<typeof Repository> & { readonly named: string }, secret: string | null): string[] {
  const where = home === null || host === null ? 'the installation\'s webhook secret for this kind of host, as its secret store has it' : `what is in the file ${join(home, webhookSecretFile(host))} (or: --show-secret)`;
  return [
    ...webhookSteps(host, url.startsWith('/') ? named : url, { address, secret: secret ?? where }),
    ...(secret !== null && host === 'gitlab' ? [`  Or, where GitLab offers a signing token, this one in place of the secret token: ${signingTokenOf(secret)}`] : []),
    ...(host !== null && isLoopback(address) ? [`${GIT_HOST_NAMES[host]} reaches this address only through a tunnel or proxy: put the URL it has there in its place.`] : []),
  ];
}

async function secretOf({ needs }: Session, { home }: Connection, { url, host }: z.infer<typeof Repository>): Promise<string> {
  if (home === null) throw new CliError(EXIT.usage, '--show-secret reads a file of this machine, and --url names another control plane. Ask whoever runs it.');
  if (host === null) throw new CliError(EXIT.usage, `Each kind of git host has a secret of its own, and the address of ${url} does not say which it is. Say it: --host KIND`);
  const path = join(home, webhookSecretFile(host));
  return harmless((await readable(needs.files.read(path, SECRET_BYTES_MAX), path)).trim());
}

interface HookPlace {
  readonly path: string;
  readonly line: string;
  readonly isThere: boolean;
}

const HOOK_BYTES_MAX = 64 * 1024;

/** @throws CliError where there is no bare repository, or another hook already: it may do other work */
async function hookPlace({ needs }: Session, { home }: Connection, repository: string): Promise<HookPlace> {
  if (home === null) throw new CliError(EXIT.usage, '--hook writes into a repository of this machine, and --url names a control plane elsewhere. Set up a webhook there.');
  const isClone = await needs.files.exists(join(repository, '.git'));
  if (isClone || !(await needs.files.exists(join(repository, 'HEAD')))) {
    throw new CliError(EXIT.failed, `${repository} is ${isClone ? 'a working copy, and nobody pushes to it' : 'no bare repository'}. Name the one that is pushed to, or make it: git init --bare ${isClone ? `${repository}.git` : repository}`);
  }
  const path = join(repository, 'hooks', 'post-receive');
  const line = hookLine(needs.hookProgram, home);
  const isOurs = (await needs.files.exists(path)) ? (await readable(needs.files.read(path, HOOK_BYTES_MAX), path)).split('\n').includes(line) : null;
  if (isOurs === false) throw new CliError(EXIT.failed, `${path} is there already. Add this line to it: ${line}`);
  return { path, line, isThere: isOurs === true };
}

async function writeHook({ needs }: Session, { path, line, isThere }: HookPlace): Promise<string[]> {
  if (isThere) return [`Its post-receive hook is there already: ${path}`];
  await needs.files.writeExecutable(path, `#!/bin/sh\n${line}\n`);
  return [`Its post-receive hook is written: ${path}`];
}

/** For a shell: each word in single quotes. */
const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;
const hookLine = ({ node, script }: { readonly node: string; readonly script: string }, home: string): string => `exec ${quoted(node)} ${quoted(script)} --home ${quoted(home)}`;
