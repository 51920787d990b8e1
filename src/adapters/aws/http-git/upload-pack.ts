/** Fetches objects from a git host over HTTP, by version 2 of its protocol; https://git-scm.com/docs/protocol-v2 */
import { Forbidden, LimitExceeded, NotFound, NotSupported, ProviderUnavailable, type SlipwayError } from '../../../domain/errors.ts';
import type { CommitId } from '../../../domain/ids.ts';
import { HEADS_BYTES_MAX, HEADS_PREFIX, headsOf } from '../../source-rules/branch-heads.ts';
import { DELIMITER, FLUSH, packetLine, packetsOf, textOf } from './packet-lines.ts';

export interface HostSettings {
  /** Of each request, with its answer. */
  readonly timeoutMs: number;
  readonly answerBytesMax: number;
  /** `user:token` for a host (`github.com`); null where none is known. Asked once the host wants to know who asks. */
  readonly credential: (host: string) => Promise<string | null>;
}

export interface Wanted {
  readonly objects: readonly string[];
  /** Only these commits, without what came before them. */
  readonly shallow: boolean;
  /** Without the contents of files, where the host can leave them out. */
  readonly withoutFiles: boolean;
}

const AGENT = 'slipway';
const ADVERTISEMENT_BYTES_MAX = 4 * 2 ** 20;

interface Host {
  /** The repository's address after redirections. */
  readonly address: string;
  readonly capabilities: ReadonlyMap<string, string>;
  readonly authorization: string | null;
}

/** @returns a pack file. @throws NotFound, Forbidden, ProviderUnavailable, LimitExceeded, NotSupported */
export async function fetchPack(repository: string, wanted: Wanted, settings: HostSettings): Promise<Buffer> {
  const host = await greet(repository, settings);
  const format = wanted.objects[0]?.length === 64 ? 'sha256' : 'sha1';
  const spoken = host.capabilities.get('object-format') ?? 'sha1';
  if (spoken !== format) throw new NotFound(`The repository ${repository} names its commits by ${spoken}, and this is no such name. Correct the commit.`, { repository });
  const canFilter = host.capabilities.get('fetch')?.split(' ').includes('filter') === true;
  const body = [
    packetLine('command=fetch'), packetLine(`agent=${AGENT}`), ...(format === 'sha256' ? [packetLine('object-format=sha256')] : []), DELIMITER,
    packetLine('no-progress'), packetLine('ofs-delta'), ...(wanted.shallow ? [packetLine('deepen 1')] : []), ...(wanted.withoutFiles && canFilter ? [packetLine('filter blob:none')] : []),
    ...wanted.objects.map((object) => packetLine(`want ${object}`)), packetLine('done'), FLUSH,
  ].join('');
  const answer = await ask(repository, `${host.address}/git-upload-pack`, settings, {
    method: 'POST', body,
    headers: { ...headersOf(host.authorization), 'content-type': 'application/x-git-upload-pack-request', accept: 'application/x-git-upload-pack-result' },
  });
  if (!answer.ok) throw refusal(repository, answer.status);
  return packIn(repository, await bytesOf(repository, answer, settings.answerBytesMax));
}

/** Its branches. https://git-scm.com/docs/protocol-v2#_ls_refs @throws as fetchPack */
export async function fetchHeads(repository: string, settings: HostSettings): Promise<ReadonlyMap<string, CommitId>> {
  const host = await greet(repository, settings);
  const format = host.capabilities.get('object-format') ?? 'sha1';
  const body = [packetLine('command=ls-refs'), packetLine(`agent=${AGENT}`), ...(format === 'sha256' ? [packetLine('object-format=sha256')] : []), DELIMITER, packetLine(`ref-prefix ${HEADS_PREFIX}`), FLUSH].join('');
  const answer = await ask(repository, `${host.address}/git-upload-pack`, settings, {
    method: 'POST', body, headers: { ...headersOf(host.authorization), 'content-type': 'application/x-git-upload-pack-request', accept: 'application/x-git-upload-pack-result' },
  });
  if (!answer.ok) throw refusal(repository, answer.status);
  return headsOf([...packetsOf(await bytesOf(repository, answer, HEADS_BYTES_MAX))].flatMap((packet) => (packet.kind === 'data' ? [textOf(packet)] : [])));
}

const headersOf = (authorization: string | null): Record<string, string> => ({ 'git-protocol': 'version=2', 'user-agent': AGENT, ...(authorization === null ? {} : { authorization }) });

async function greet(repository: string, settings: HostSettings): Promise<Host> {
  const base = repository.replace(/\/+$/, '');
  const path = '/info/refs?service=git-upload-pack';
  const open = (authorization: string | null) => ask(repository, `${base}${path}`, settings, { headers: headersOf(authorization) });
  let authorization: string | null = null;
  let answer = await open(null);
  if (answer.status === 401) {
    await answer.body?.cancel();
    const credential = await settings.credential(new URL(base).host);
    authorization = credential === null ? null : `Basic ${Buffer.from(credential).toString('base64')}`;
    if (authorization !== null) answer = await open(authorization);
  }
  if (!answer.ok) throw refusal(repository, answer.status);
  // A repository that was renamed: git, too, goes on where the first request was sent to. Fetch takes no credential to another host.
  const address = answer.url.endsWith(path) ? answer.url.slice(0, -path.length) : base;
  if (base.startsWith('https:') && !address.startsWith('https:')) throw new Forbidden(`The repository ${repository} was redirected to an address without encryption, so it was not read. Register its new address.`, { repository });
  return { address, authorization: new URL(address).host === new URL(base).host ? authorization : null, capabilities: capabilitiesIn(repository, await bytesOf(repository, answer, ADVERTISEMENT_BYTES_MAX)) };
}

function capabilitiesIn(repository: string, bytes: Buffer): ReadonlyMap<string, string> {
  const lines = [...packetsOf(bytes)].flatMap((packet) => (packet.kind === 'data' ? [textOf(packet)] : []));
  const version = lines.findIndex((line) => line === 'version 2');
  if (version === -1) throw new NotSupported(`The host of ${repository} does not speak version 2 of git's protocol, which is needed here (git 2.18 of 2018 and newer do). Move the repository, or use "slipway up".`, { repository });
  return new Map(lines.slice(version + 1).map((line) => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1)]));
}

/** The part `packfile`, out of its side band: 1 is the pack, 2 progress, 3 a fatal error. */
function packIn(repository: string, bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  let inPack = false;
  for (const packet of packetsOf(bytes)) {
    if (packet.kind !== 'data') continue;
    if (!inPack) {
      const line = textOf(packet);
      if (line.startsWith('ERR ')) throw hostError(repository, line.slice(4));
      inPack = line === 'packfile';
      continue;
    }
    if (packet.data[0] === 1) parts.push(packet.data.subarray(1));
    if (packet.data[0] === 3) throw hostError(repository, packet.data.toString('utf8', 1).trim());
  }
  if (!inPack) throw new ProviderUnavailable(`The host of ${repository} answered without any objects. Try again.`, { repository });
  return Buffer.concat(parts);
}

function hostError(repository: string, message: string): SlipwayError {
  const shown = message.slice(0, 300);
  if (/not our ref|unadvertised object|bad object|missing|not a valid object/i.test(message)) return new NotFound(`The repository ${repository} does not have what was asked for: ${shown}. Push the commit first, or name another one.`, { repository });
  return new ProviderUnavailable(`The host of ${repository} failed: ${shown}. Try again.`, { repository });
}

function refusal(repository: string, status: number): SlipwayError {
  if (status === 401 || status === 403) return new Forbidden(`The host of ${repository} does not let this installation read it (status ${status}). Give it a credential for this host: docs/aws.md.`, { repository, status });
  if (status === 404 || status === 410) return new NotFound(`There is no repository ${repository}, or only those see it who show a credential (status ${status}). Check its address; docs/aws.md says how to give a credential.`, { repository, status });
  return new ProviderUnavailable(`The host of ${repository} answered with status ${status}. Try again.`, { repository, status });
}

async function ask(repository: string, url: string, settings: HostSettings, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: 'follow', signal: AbortSignal.timeout(settings.timeoutMs) });
  } catch (error) {
    throw unreachable(repository, error);
  }
}

const unreachable = (repository: string, error: unknown): ProviderUnavailable => {
  const cause = error instanceof Error && error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : String(error);
  return new ProviderUnavailable(`The repository ${repository} could not be fetched: ${cause}. Check its address and that this network reaches it, then try again.`, { repository }, { cause: error });
};

async function bytesOf(repository: string, answer: Response, limitBytes: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const part of answer.body ?? []) {
      bytes += part.length;
      if (bytes > limitBytes) throw new LimitExceeded(`The host of ${repository} sends more than ${limitBytes} bytes for this commit, so it was not read. Divide the repository, or move it to a host that can leave files out (partial clone).`, { repository, bytes: limitBytes });
      parts.push(part);
    }
  } catch (error) {
    throw error instanceof LimitExceeded ? error : unreachable(repository, error);
  }
  return Buffer.concat(parts);
}
