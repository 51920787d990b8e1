/** The files with which systemd runs a revision on an instance. */
import type { RevisionSpec } from '../../domain/revision.ts';
import { type SecretPlace, secretSource } from '../_aws/secrets.ts';
import { revisionVariables } from '../_aws/revision-variables.ts';

export const ARTIFACT_FOLDER = '/opt/slipway/artifact';
export const VARIABLES_FILE = '/etc/slipway/service.env';
/** In memory only, and gone with the instance. */
export const SECRETS_FILE = '/run/slipway/secrets.env';
export const SECRETS_SCRIPT = '/usr/local/lib/slipway/secrets';
export const USER = 'slipway-service';

/** In double quotes; https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#EnvironmentFile= */
const variable = (name: string, value: string): string => `${name}="${value.replace(/[\\"`$]/g, '\\$&')}"`;

export const variablesFile = (spec: RevisionSpec, port: number): string => `${Object.entries(revisionVariables(spec, port)).map(([name, value]) => variable(name, value)).join('\n')}\n`;

/** One word of a command; https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#Command%20lines */
const word = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n').replace(/\t/g, '\\t').replace(/%/g, '%%')}"`;

/** A first word with a slash is a file of the artifact, as with every target; one without is found where systemd looks. */
function commandOf([program = '', ...rest]: readonly string[]): string {
  const path = program.includes('/') && !program.startsWith('/') ? `${ARTIFACT_FOLDER}/${program.replace(/^\.\//, '')}` : program;
  // The colon keeps $ as it is written: no shell reads this.
  return `:${[path, ...rest].map(word).join(' ')}`;
}

/** @param output a file for what the service writes; null: the journal */
export const unitFile = (spec: RevisionSpec, output: string | null): string => `[Unit]
Description=${spec.revision}, run by Slipway
Wants=network-online.target
After=network-online.target

[Service]
Type=exec
User=${USER}
WorkingDirectory=${ARTIFACT_FOLDER}
StateDirectory=${USER}
Environment=HOME=/var/lib/${USER}
EnvironmentFile=${VARIABLES_FILE}
EnvironmentFile=-${SECRETS_FILE}
ExecStartPre=+${SECRETS_SCRIPT}
ExecStart=${commandOf(spec.start)}
${output === null ? '' : `StandardOutput=append:${output}\nStandardError=inherit\n`}Restart=always
RestartSec=1
TimeoutStopSec=${Math.ceil(spec.stopSeconds)}
KillMode=mixed
MemoryMax=${Math.floor(spec.resources.memory)}
MemorySwapMax=0
CPUQuota=${Math.max(1, Math.round(spec.resources.cpu * 100))}%
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes

[Install]
WantedBy=multi-user.target
`;

const shell = (text: string): string => `'${text.replace(/'/g, `'\\''`)}'`;

/**
 * Fetches the secrets by the instance's own role, at each start, as root. The service's variables are written only when all could be
 * read: systemd starts nothing when this fails.
 */
export function secretsScript(spec: RevisionSpec, place: SecretPlace): string {
  const lines = Object.entries(spec.secrets).map(([name, { from }]) => {
    const source = secretSource(from, place);
    if (source.store === 'ssm') return `put ${name} "$(aws ssm get-parameter --region ${place.region} --with-decryption --name ${shell(source.name)} --output json | pick Parameter Value)"`;
    return `put ${name} "$(aws secretsmanager get-secret-value --region ${place.region} --secret-id ${shell(source.arn)} --output json | pick SecretString${source.key === null ? '' : ` ${shell(source.key)}`})"`;
  });
  return `#!/bin/bash
set -euo pipefail
umask 077
mkdir -p /run/slipway
next=${SECRETS_FILE}.next
: > "$next"
pick() {
  python3 -c '
import json, sys
value = json.load(sys.stdin)
for key in sys.argv[1:]:
    value = (json.loads(value) if isinstance(value, str) else value)[key]
if not isinstance(value, str):
    sys.exit("the secret is no text")
sys.stdout.write(value)' "$@"
}
put() {
  [ -n "$2" ] || { echo "the secret for $1 is empty" >&2; exit 1; }
  printf '%s="%s"\\n' "$1" "$(printf '%s' "$2" | sed 's/[\\\\"\`$]/\\\\&/g')" >> "$next"
}
${lines.join('\n')}
mv "$next" ${SECRETS_FILE}
`;
}
