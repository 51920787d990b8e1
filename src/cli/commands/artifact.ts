/** `slipway artifact add`: an artifact that an outside CI has built. */
import { resolve } from 'node:path';
import { Blob as StoredBlob, RegisteredArtifact } from '../answers/installation.ts';
import { harmless } from '../answers/text.ts';
import { readable } from '../arguments.ts';
import { CliError, EXIT } from '../exit.ts';
import { messageOf } from '../faults.ts';
import { example, runs, type Host } from '../session.ts';
import { parseManifest, renderIssue } from '../../contracts/manifest-file.ts';

interface Options {
  readonly manifest: string;
  readonly file: string;
  readonly version: string;
  readonly repository?: string;
  readonly commit?: string;
  readonly author?: string;
}

const MANIFEST_BYTES_MAX = 256 * 1024;
/** https://www.rfc-editor.org/rfc/rfc1952 2.3.1 */
const GZIP = [0x1f, 0x8b] as const;
/** https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06 */
const TAR = { at: 257, text: 'ustar' } as const;

/** By its first bytes; older tars carry no mark, and are believed by their name. */
async function isArchive(file: Blob, name: string): Promise<boolean> {
  const head = Buffer.from(await file.slice(0, TAR.at + TAR.text.length).arrayBuffer());
  return GZIP.every((byte, index) => head[index] === byte) || head.subarray(TAR.at).toString('latin1') === TAR.text || name.endsWith('.tar');
}

export function addArtifact(host: Host): void {
  const artifact = host.program.command('artifact').summary('artifacts built elsewhere').helpGroup('Releases:').description('Artifacts that an outside CI has built.');
  const command = artifact.command('add').description('Uploads an archive (.tar or .tar.gz) and registers it as a version, so that it can be deployed. A version is never changed.')
    .requiredOption('--manifest <file>', 'its slipway.yaml').requiredOption('--file <archive>', 'what the build made').requiredOption('-v, --version <version>', 'its version')
    .option('--repository <url>', 'where it was built from').option('--commit <id>', 'which commit, in full').option('--author <name>', 'whose change it is: rules may keep them from approving it');
  example(artifact, 'slipway artifact add --manifest slipway.yaml --file build.tar.gz --version 1.4.0');
  example(command, 'slipway artifact add --manifest slipway.yaml --file build.tar.gz --version 1.4.0', 'slipway deploy catalog --version 1.4.0');
  runs<Options>(host, command, async (session, options) => {
    const { needs } = session;
    const path = resolve(needs.directory, options.manifest);
    const manifest = await readable(needs.files.read(path, MANIFEST_BYTES_MAX), options.manifest);
    const parsed = parseManifest(manifest, options.manifest);
    if (!parsed.ok) throw new CliError(EXIT.failed, `${options.manifest} has ${parsed.issues.length === 1 ? 'a mistake' : `${parsed.issues.length} mistakes`}:`, { details: parsed.issues.map((issue) => harmless(renderIssue(issue, manifest))) });
    const archive = await needs.files.blob(resolve(needs.directory, options.file)).catch((error: unknown) => {
      throw new CliError(EXIT.failed, `${options.file} cannot be read: ${messageOf(error)}`, { cause: error });
    });
    if (parsed.manifest.target === 'process' && !(await isArchive(archive, options.file))) throw new CliError(EXIT.failed, `${options.file} is neither a tar nor one that gzip has packed, so it could not be unpacked. Pack what the build made: tar -czf build.tar.gz -C dist .`);
    const client = await session.connect();
    const { value: blob } = await client.put('/v1/blobs', archive, StoredBlob);
    const { value, raw } = await client.post('/v1/artifacts', {
      manifest, digest: blob.digest, bytes: blob.bytes, version: options.version, repository: options.repository ?? null, commit: options.commit ?? null, author: options.author ?? null,
    }, RegisteredArtifact);
    session.answer(raw, () => [`${value.artifact.service} ${value.artifact.version} is ${value.artifact.digest} (${value.release.id}).`, `Deploy it: slipway deploy ${value.artifact.service} --version ${value.artifact.version}`]);
  });
}
