/** The files that `slipway init` writes: short, commented, and valid as they are. */
import { stringify } from 'yaml';

export interface ScaffoldInput {
  readonly service: string;
  readonly team: string;
  /** An argument list. */
  readonly start: readonly string[];
  readonly build?: readonly string[] | undefined;
  readonly test?: readonly string[] | undefined;
  /** The folder the build fills. */
  readonly output?: string | undefined;
  /** Default `/`. */
  readonly healthPath?: string | undefined;
  readonly target?: string | undefined;
  /** Where the editor finds the JSON Schema, relative to the file or a URL. */
  readonly schema?: string | undefined;
}

/** A `slipway.yaml` with the given values and, as comments, what else is often wanted. The caller parses it before it is written. */
export function scaffoldManifest(input: ScaffoldInput): string {
  const build = { ...(input.test ? { test: input.test } : {}), ...(input.build ? { command: input.build } : {}), ...(input.output ? { output: input.output } : {}) };
  return [
    ...editorLine(input.schema),
    '# What Slipway has to know about this service. Check it with: slipway validate',
    field('service', input.service),
    field('team', input.team),
    '',
    ...(Object.keys(build).length > 0 ? ['# Made once; the same artifact goes through every environment.', 'build:', ...Object.entries(build).map(([name, value]) => `  ${field(name, value)}`)] : ['# No build: the files of this folder are the artifact. With one:', '# build:', '#   command: [npm, run, build]', '#   output: dist']),
    '',
    '# An argument list, run without a shell. The service listens on the port that the variable PORT names.',
    field('start', input.start),
    'health:',
    `  ${field('path', input.healthPath ?? '/')}`,
    ...(input.target === undefined ? [] : [field('target', input.target)]),
    '',
    '# In production. Other environments take a share of it, or what is said here.',
    'instances: 2',
    '# environments:',
    '#   staging:',
    '#     instances: 1',
    '#     configuration:',
    '#       LOG_LEVEL: debug',
    '',
    '# Settings, as environment variables; secrets by the name they have in the secret store.',
    '# configuration:',
    '#   LOG_LEVEL: info',
    '# secrets:',
    '#   DATABASE_URL:',
    '#     from: catalog/database',
    '',
    '# Run against staging; a release goes on only if all pass.',
    'tests:',
    '  - name: answers',
    '    http:',
    `      ${field('path', input.healthPath ?? '/')}`,
    '',
    '# A small part of the traffic first, watched; then a person approves; then the rest.',
    'strategy: canary',
    'canary:',
    '  traffic: 10',
    '  duration: 5m',
    'approval:',
    '  count: 1',
    '',
  ].join('\n');
}

/** An `environments.yaml` with staging and production at host parity. `approver` may approve everywhere. */
export function scaffoldEnvironments(input: { readonly approver: string; readonly schema?: string | undefined }): string {
  return [
    ...editorLine(input.schema),
    '# The places of this installation. Environments of one wave go at the same time; waves in ascending order.',
    'environments:',
    '  - name: staging',
    '    kind: staging',
    '    wave: 1',
    '    # A number, or a share of what production has: 100% is host parity.',
    '    instances: 100%',
    '    zones: [a]',
    '  - name: production',
    '    kind: production',
    '    wave: 2',
    '    zones: [a, b]',
    '    # Healthy instances never fall under this.',
    '    minimumHealthy: 50%',
    '',
    'defaults:',
    '  # Who may approve where neither a manifest nor an environment names anybody.',
    `  ${field('approvers', [input.approver])}`,
    '  # configuration:',
    '  #   LOG_FORMAT: json',
    '',
  ].join('\n');
}

const editorLine = (schema: string | undefined): string[] => (schema === undefined || !/^[\w@./:~-]+$/.test(schema) ? [] : [`# yaml-language-server: $schema=${schema}`]);

/** Quoted where YAML would read it as something else. Only the line's end is taken off: a no-break space may begin or end a value. */
const field = (name: string, value: unknown): string => `${name}: ${stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 }).replace(/\n$/, '')}`;
