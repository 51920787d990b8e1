/** `slipway validate`: everything that can be known to be wrong with a repository before anything is pushed. */
import { parseEnvironments, parseManifest, LINKED_MANIFEST, unreadManifest, type EnvironmentsResult, type Issue, type ManifestResult } from '../contracts/manifest-file.ts';
import { closest } from '../contracts/manifest/suggest.ts';
import { checkInEnvironments } from '../domain/environment-rules.ts';
import { error, warning, type Finding } from '../domain/finding.ts';
import type { ServiceName } from '../domain/ids.ts';
import type { Manifest } from '../domain/manifest.ts';

export interface SourceFile {
  /** In the repository, with `/`: `services/catalog/slipway.yaml`. */
  readonly path: string;
  readonly text: string;
}

/** Null: a symbolic link, which is not followed. */
export interface ManifestSource extends Pick<SourceFile, 'path'> {
  readonly text: string | null;
}

export interface ValidateInput {
  /** Every `slipway.yaml` of the repository. */
  readonly files: readonly ManifestSource[];
  /** The installation's `environments.yaml`; without it, what depends on the environments is not checked. */
  readonly environments?: SourceFile | undefined;
}

export interface ValidateNeeds {
  /** The names of the registered targets; without them any name is accepted. */
  readonly targets?: readonly string[];
}

export interface Validated {
  /** By file in the order given, then by place. Empty: nothing is wrong. */
  readonly issues: readonly Issue[];
  /** The services whose manifests hold by themselves. */
  readonly services: readonly { readonly service: ServiceName; readonly file: string; readonly manifest: Manifest }[];
}

type ParsedManifest = Extract<ManifestResult, { ok: true }> & { readonly path: string };

/** Never throws for what the files say: every mistake is an issue. */
export const validate = (needs: ValidateNeeds) => async ({ files, environments }: ValidateInput): Promise<Validated> => {
  const results = files.map(({ path, text }) => ({ path, ...(text === null ? unreadManifest(path, LINKED_MANIFEST) : parseManifest(text, path)) }));
  const parsed = results.filter((result): result is ParsedManifest => result.ok);
  const installation = environments ? parseEnvironments(environments.text, environments.path) : null;
  const issues = [
    ...(installation ? ownIssues(installation) : []),
    ...results.flatMap((result) => {
      if (!result.ok) return result.issues;
      const findings = [...checkName(result, parsed), ...checkFolder(result, files), ...checkTarget(result.manifest, needs.targets), ...(installation?.ok ? checkInEnvironments(result.manifest, installation.environments) : [])];
      const found = findings.map((finding) => result.place(finding));
      // What is only suspected of the manifest alone is said once, when the environments make it sure.
      const warnings = result.warnings.filter((issue) => !found.some((other) => other.path === issue.path && other.severity === 'error'));
      return [...warnings, ...found].sort((a, b) => a.line - b.line || a.column - b.column);
    }),
  ];
  return { issues, services: parsed.map(({ manifest, path }) => ({ service: manifest.service, file: path, manifest })) };
};

const ownIssues = (result: EnvironmentsResult): readonly Issue[] => (result.ok ? result.warnings : result.issues);

function checkName({ manifest, path }: ParsedManifest, all: readonly ParsedManifest[]): Finding[] {
  const first = all.find((other) => other.manifest.service === manifest.service);
  if (!first || first.path === path) return [];
  return [error(['service'], `${first.path} describes a service "${manifest.service}" too. Every service of a repository has a name of its own.`)];
}

/** A manifest above others, without `paths`, would release its service for every change of theirs. */
function checkFolder({ manifest, path }: ParsedManifest, files: readonly ManifestSource[]): Finding[] {
  if (manifest.paths) return [];
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const below = files.filter((file) => file.path !== path && file.path.startsWith(folder));
  if (below.length === 0) return [];
  return [warning(['service'], `without paths, every change of ${below[0]?.path.replace(/[^/]*$/, '')} releases "${manifest.service}" too. Name its own files in paths.`)];
}

function checkTarget({ target }: Manifest, targets: readonly string[] | undefined): Finding[] {
  if (!targets || targets.includes(target)) return [];
  return [error(['target'], `no target "${target}" is registered.`, { allowed: targets, suggestion: closest(target, targets) })];
}
