/** `slipway.yaml` and `environments.yaml` as text -> what they say, or every mistake in them with its place. */
import type * as z from 'zod';
import { Environments } from '../domain/environment.ts';
import { checkEnvironments } from '../domain/environment-rules.ts';
import type { FieldPath, Finding } from '../domain/finding.ts';
import { Manifest } from '../domain/manifest.ts';
import { checkManifest } from '../domain/manifest-rules.ts';
import { explain } from './manifest/explain.ts';
import { fieldText, isHidden, Issue } from './manifest/issue.ts';
import { readYaml, type YamlSource } from './manifest/yaml-source.ts';

export { issueLine, renderIssue } from './manifest/render.ts';
export { Issue };

const MAX_ISSUES = 50;
/** Of the schema, before they are explained: the rest of so many mistakes says nothing new. */
const MAX_EXPLAINED = 500;

export interface Failed {
  readonly ok: false;
  /** At least one is an error. In the order of the file, at most 50. */
  readonly issues: readonly Issue[];
}

export interface Parsed {
  readonly ok: true;
  readonly warnings: readonly Issue[];
  /** Gives a finding about this file, made elsewhere, its place in it. */
  readonly place: (finding: Finding) => Issue;
}

export type ManifestResult = (Parsed & { readonly manifest: Manifest }) | Failed;
export type EnvironmentsResult = (Parsed & { readonly environments: Environments }) | Failed;

/**
 * Reads one `slipway.yaml`. Never throws, whatever the text is; at most 256 KiB are read.
 * @param file its path, which is only repeated in the issues
 */
export function parseManifest(text: string, file: string): ManifestResult {
  const result = parse(text, file, Manifest, checkManifest);
  return result.ok ? { ok: true, manifest: result.value, warnings: result.warnings, place: result.place } : result;
}

/** What is said of a `slipway.yaml` that is a link, before a push and at one. */
export const LINKED_MANIFEST = 'this is a symlink, and links are not followed. Put the manifest itself there.';

/** Of a `slipway.yaml` that cannot be read. @param problem a sentence for whoever wrote it */
export const unreadManifest = (file: string, problem: string): ManifestResult => ({ ok: false, issues: [{ file, line: 1, column: 1, severity: 'error', path: '', message: problem }] });

/** Reads one `environments.yaml`. Never throws, whatever the text is; at most 256 KiB are read. */
export function parseEnvironments(text: string, file: string): EnvironmentsResult {
  const result = parse(text, file, Environments, checkEnvironments);
  return result.ok ? { ok: true, environments: result.value, warnings: result.warnings, place: result.place } : result;
}

function parse<T>(text: string, file: string, schema: z.ZodType<T>, rules: (value: T) => readonly Finding[]): (Parsed & { readonly value: T }) | Failed {
  const yaml = readYaml(text);
  if (!yaml.ok) return { ok: false, issues: yaml.faults.map(({ hidden, ...fault }) => ({ file, ...fault, severity: 'error', ...(hidden ? { hidden } : {}) })) };
  const { source } = yaml;
  const place = (finding: Finding): Issue => placed(finding, file, source);
  const parsed = schema.safeParse(source.value);
  const written = { schema, value: source.value, sourceOf: source.sourceOf };
  const inSchema = parsed.success ? [] : parsed.error.issues.slice(0, MAX_EXPLAINED).flatMap((issue) => explain(issue, written));
  const findings = [...inSchema, ...changedNumbers(source), ...(parsed.success ? rules(parsed.data) : [])];
  const issues = findings.map(place).sort((a, b) => a.line - b.line || a.column - b.column);
  if (!parsed.success || issues.some((issue) => issue.severity === 'error')) return { ok: false, issues: capped(issues) };
  return { ok: true, value: parsed.data, warnings: capped(issues), place };
}

/** Errors are kept before warnings when there are too many. */
function capped(issues: readonly Issue[]): Issue[] {
  if (issues.length <= MAX_ISSUES) return [...issues];
  const errors = issues.filter((issue) => issue.severity === 'error');
  const kept = new Set([...errors, ...issues].slice(0, MAX_ISSUES));
  return issues.filter((issue) => kept.has(issue));
}

function placed(finding: Finding, file: string, source: YamlSource): Issue {
  return {
    file,
    ...source.locate(finding.path, finding.at ?? 'value'),
    path: fieldText(finding.path),
    message: finding.message,
    ...(finding.allowed ? { allowed: [...finding.allowed] } : {}),
    ...(finding.suggestion === undefined ? {} : { suggestion: finding.suggestion }),
    severity: finding.severity,
    ...(isHidden(finding.path) ? { hidden: true } : {}),
  };
}

/** A variable `1.10` or `0x1F` would reach the service as `1.1` or `31`: numbers that do not survive as text must be in quotes. */
function changedNumbers(source: YamlSource): Finding[] {
  return configurations(source.value).flatMap(({ path, variables }) =>
    Object.entries(variables).flatMap(([name, value]): Finding[] => {
      const field = [...path, name];
      const written = source.sourceOf(field);
      if (typeof value !== 'number' || written === undefined || String(value) === written) return [];
      return [{ path: field, severity: 'error', message: 'is a number that would reach the service written differently. Put it in quotes, exactly as the service should see it.' }];
    }),
  );
}

function configurations(value: unknown, path: FieldPath = []): { path: FieldPath; variables: Record<string, unknown> }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    return key === 'configuration' && typeof inner === 'object' && inner !== null ? [{ path: here, variables: inner as Record<string, unknown> }] : configurations(inner, here);
  });
}
