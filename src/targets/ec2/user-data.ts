/** What an instance does when it starts for the first time: fetch the artifact by its digest, and run it. */
import { LimitExceeded } from '../../domain/errors.ts';
import type { RevisionSpec } from '../../domain/revision.ts';
import { hash } from '../_aws/names.ts';
import { arnParts } from '../_aws/settings.ts';
import { AGENT, AGENT_FILE, agentFile, OUTPUT_FILE, ROTATION_FILE, rotationFile } from './output.ts';
import type { Ec2Settings } from './settings.ts';
import { ARTIFACT_FOLDER, SECRETS_SCRIPT, secretsScript, unitFile, USER, VARIABLES_FILE, variablesFile } from './unit-file.ts';

/** Before it is encoded; https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html */
export const USER_DATA_BYTES_MAX = 16_384;

/** The key under which the artifact store keeps an artifact. */
export const objectKey = (digest: string, prefix: string): string => `${prefix}sha256/${digest.slice('sha256:'.length)}`;

/** A file as the shell writes it: the end mark follows from the content, so nothing in the content can be it. */
function file(path: string, mode: string, content: string): string {
  const end = `SLIPWAY_${hash(content, 16)}`;
  return `install -D -m ${mode} /dev/stdin "$root"${path} <<'${end}'\n${content}${end}`;
}

/** Before the service starts. Without the agent nothing does: a service whose output was to be kept would run without it unseen. */
const outputScript = (revision: RevisionSpec['revision'], logGroup: string): string => `[ -x "$root"${AGENT} ] || { echo "slipway: the setting logGroup needs the CloudWatch agent, and ${AGENT} is not on this image" >&2; exit 1; }
${file(ROTATION_FILE, '0644', rotationFile())}
${file(AGENT_FILE, '0644', agentFile(revision, logGroup))}
"$root"${AGENT} -a append-config -m ec2 -s -c file:"$root"${AGENT_FILE}
`;

/** @throws LimitExceeded for more than EC2 takes; InvalidInput for a secret that AWS cannot name */
export function userData(spec: RevisionSpec, settings: Ec2Settings): string {
  const place = arnParts(settings.listener);
  const hex = spec.digest.slice('sha256:'.length);
  const script = `#!/bin/bash
set -euo pipefail
umask 077
root="\${SLIPWAY_ROOT:-}"
mkdir -p "$root"${ARTIFACT_FOLDER}
archive=$(mktemp)
aws s3api get-object --region ${place.region} --bucket ${settings.artifacts.bucket} --key ${objectKey(spec.digest, settings.artifacts.prefix)} "$archive" > /dev/null
echo "${hex}  $archive" | sha256sum --check --quiet
tar -xf "$archive" -C "$root"${ARTIFACT_FOLDER} --no-same-owner
rm "$archive"
chmod -R a+rX,go-w "$root"/opt/slipway
id ${USER} > /dev/null 2>&1 || useradd --system --home-dir /var/lib/${USER} --shell /usr/sbin/nologin ${USER}
${file(VARIABLES_FILE, '0600', variablesFile(spec, settings.port))}
${file(SECRETS_SCRIPT, '0700', secretsScript(spec, place))}
${file('/etc/systemd/system/slipway-service.service', '0644', unitFile(spec, settings.logGroup === null ? null : OUTPUT_FILE))}
${settings.logGroup === null ? '' : outputScript(spec.revision, settings.logGroup)}systemctl daemon-reload
systemctl enable --now slipway-service.service
`;
  const bytes = Buffer.byteLength(script);
  if (bytes > USER_DATA_BYTES_MAX) throw new LimitExceeded(`What an instance is started with would be ${bytes} bytes, and EC2 takes ${USER_DATA_BYTES_MAX}. Keep large configuration in a file of the artifact or in a parameter.`, { bytes });
  return script;
}
