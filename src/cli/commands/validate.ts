/** `slipway validate`: a whole repository, before anything is pushed. Needs no control plane. */
import { basename, dirname, join, resolve } from 'node:path';
import { readable } from '../arguments.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { findManifests, MANIFEST, type FoundManifest } from '../find-manifests.ts';
import type { ManifestText, SourceText, Validation } from '../needs.ts';
import { example, runs, type Host, type Session } from '../session.ts';
import { count } from '../text/time.ts';
import { renderIssue } from '../../contracts/manifest-file.ts';

/** One byte more than is accepted, so that too large a file is answered by the parser, with its place. */
const FILE_BYTES_MAX = 1024 * 1024;
const ENVIRONMENTS = 'environments.yaml';

export function addValidate(host: Host): void {
  const command = host.program.command('validate').summary('check the files of a repository').helpGroup('A repository:')
    .description('Checks every slipway.yaml below a folder, with the environments.yaml at its top or the one named; exit 1 when one has a mistake.')
    .argument('[path]', 'a folder or one file', '.').option('--environments <file>', 'the installation\'s environments.yaml');
  example(command, 'slipway validate', 'slipway validate services/catalog --environments ../installation/environments.yaml');
  runs<{ environments?: string }>(host, command, (session, options, path) => validate(session, path ?? '.', options.environments));
}

async function validate(session: Session, path: string, named: string | undefined): Promise<ExitCode> {
  const { needs } = session;
  const { root, paths } = await chosen(session, resolve(needs.directory, path), path);
  const files = await Promise.all(paths.map(async ({ path: file, isLink }): Promise<ManifestText> => ({ path: file, text: isLink ? null : await readable(needs.files.read(join(root, file), FILE_BYTES_MAX), file) })));
  const environments = await environmentsOf(session, root, named);
  if (files.length === 0 && environments === undefined) throw new CliError(EXIT.failed, `There is no ${MANIFEST} in ${path}. Write one: slipway init`);
  const result = await needs.validate({ files, environments });
  const errors = result.issues.filter((issue) => issue.severity === 'error').length;
  session.answer(result, () => [...issueLines(result, [...files, ...(environments === undefined ? [] : [environments])]), summary(session, result, errors)]);
  return errors > 0 ? EXIT.failed : EXIT.ok;
}

async function chosen({ needs }: Session, full: string, path: string): Promise<{ root: string; paths: readonly FoundManifest[] }> {
  if (await needs.files.isDirectory(full)) return { root: full, paths: await findManifests(needs.files, full) };
  if (!(await needs.files.exists(full))) throw new CliError(EXIT.failed, `There is no file or folder ${path}.`);
  const [root, name] = [dirname(full), basename(full)];
  const isLink = (await needs.files.entries(root)).some((entry) => entry.name === name && entry.kind === 'link');
  return { root, paths: name === ENVIRONMENTS ? [] : [{ path: name, isLink }] };
}

async function environmentsOf({ needs }: Session, root: string, named: string | undefined): Promise<SourceText | undefined> {
  if (named !== undefined) return { path: named, text: await readable(needs.files.read(resolve(needs.directory, named), FILE_BYTES_MAX), named) };
  const own = join(root, ENVIRONMENTS);
  return (await needs.files.exists(own)) ? { path: ENVIRONMENTS, text: await readable(needs.files.read(own, FILE_BYTES_MAX), ENVIRONMENTS) } : undefined;
}

function issueLines({ issues }: Validation, sources: readonly ManifestText[]): string[] {
  return issues.flatMap((issue) => [renderIssue(issue, sources.find((source) => source.path === issue.file)?.text ?? undefined), '']);
}

function summary({ style }: Session, { issues, services }: Validation, errors: number): string {
  const warnings = issues.length - errors;
  const found = [...(errors > 0 ? [style('bad', count(errors, 'mistake'))] : []), ...(warnings > 0 ? [style('warn', count(warnings, 'warning'))] : [])];
  const good = services.length === 0 ? '' : `${count(services.length, 'service')} read: ${services.map((service) => service.service).join(', ')}. `;
  return `${good}${found.length === 0 ? style('good', 'Nothing is wrong.') : `${found.join(', ')}.`}`;
}
