/** What an instance starts with, run by a real shell over stand-ins of the programs that reach out of it. */
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LaunchRequest } from '../../../../src/contracts/target.ts';
import type { RevisionSpec } from '../../../../src/domain/revision.ts';
import { ec2Settings } from '../../../../src/targets/ec2/settings.ts';
import { secretsScript, unitFile, variablesFile } from '../../../../src/targets/ec2/unit-file.ts';
import { userData, USER_DATA_BYTES_MAX } from '../../../../src/targets/ec2/user-data.ts';
import { samplesOf } from '../../functions/samples.ts';
import { specOf } from '../process/rig.ts';

const settings = ec2Settings(LaunchRequest.parse(samplesOf('target-ec2').find(({ name }) => name === 'launch.json')?.event).settings);
const PLACE = { partition: 'aws', region: 'eu-central-1', account: '123456789012' };
/** What shells and systemd could take for something else. */
const AWKWARD = 'a "quoted" $HOME `id` back\\slash %n \'single\' and\na second line';

let folder: string;
let bin: string;
let root: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-user-data-'));
  bin = join(folder, 'bin');
  root = join(folder, 'root');
  mkdirSync(bin);
  mkdirSync(root);
  for (const program of ['systemctl', 'useradd']) stand(program, `echo "${program} $*" >> ${folder}/calls`);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function stand(program: string, script: string): void {
  writeFileSync(join(bin, program), `#!/bin/bash\n${script}\n`);
  chmodSync(join(bin, program), 0o755);
}
const run = (script: string): string => execFileSync('/bin/bash', ['-c', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: `${bin}:/usr/bin:/bin:/usr/sbin:/sbin`, SLIPWAY_ROOT: root } });
const calls = (): string[] => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');

/** An artifact, and an `aws` that answers with it. */
function artifact(): RevisionSpec['digest'] {
  mkdirSync(join(folder, 'content'));
  writeFileSync(join(folder, 'content', 'server.cjs'), 'serve()');
  execFileSync('tar', ['-czf', join(folder, 'artifact'), '-C', join(folder, 'content'), 'server.cjs']);
  stand('aws', `echo "aws $*" >> ${folder}/calls; cp ${folder}/artifact "\${@: -1}"`);
  return `sha256:${createHash('sha256').update(readFileSync(join(folder, 'artifact'))).digest('hex')}` as RevisionSpec['digest'];
}

describe('the script of an instance', () => {
  it('fetches the artifact by its digest, checks it, and starts it as a service of its own', () => {
    const digest = artifact();
    run(userData(specOf({ digest, configuration: { MOTTO: AWKWARD } }), settings));
    expect(readFileSync(join(root, 'opt/slipway/artifact/server.cjs'), 'utf8')).toBe('serve()');
    expect(calls()).toEqual(expect.arrayContaining([expect.stringMatching(new RegExp(`^aws s3api get-object --region eu-central-1 --bucket slipway-artifacts-123456789012 --key sha256/${digest.slice(7)} `)), 'systemctl daemon-reload', 'systemctl enable --now slipway-service.service']));
    expect(readFileSync(join(root, 'etc/systemd/system/slipway-service.service'), 'utf8')).toBe(unitFile(specOf({ digest }), null));
    expect(statSync(join(root, 'etc/slipway/service.env')).mode & 0o777).toBe(0o600);
    expect(run(`set -a; . ${root}/etc/slipway/service.env; printf '%s' "$MOTTO"`)).toBe(AWKWARD);
  });

  describe('that keeps its output', () => {
    const kept = { ...settings, logGroup: '/services/production' };
    const agent = () => join(root, '/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl');
    const installed = (): void => {
      mkdirSync(join(agent(), '..'), { recursive: true });
      writeFileSync(agent(), `#!/bin/bash\necho "agent $*" >> ${folder}/calls\n`, { mode: 0o755 });
    };

    it('has the agent read the file that the service writes, before it starts', () => {
      const digest = artifact();
      installed();
      const spec = specOf({ digest });
      run(userData(spec, kept));
      expect(calls().slice(-3)).toEqual([`agent -a append-config -m ec2 -s -c file:${root}/etc/slipway/output.json`, 'systemctl daemon-reload', 'systemctl enable --now slipway-service.service']);
      expect(JSON.parse(readFileSync(join(root, 'etc/slipway/output.json'), 'utf8'))).toEqual({ logs: { logs_collected: { files: { collect_list: [{ file_path: '/var/log/slipway-service.log', log_group_name: '/services/production', log_stream_name: `${spec.revision}/{instance_id}` }] } } } });
      expect(readFileSync(join(root, 'etc/systemd/system/slipway-service.service'), 'utf8')).toContain('StandardOutput=append:/var/log/slipway-service.log\nStandardError=inherit\n');
      expect(readFileSync(join(root, 'etc/logrotate.d/slipway-service'), 'utf8')).toContain('copytruncate');
    });

    it('starts nothing on an image without the agent, and says so', () => {
      const digest = artifact();
      expect(() => run(userData(specOf({ digest }), kept))).toThrow(/logGroup needs the CloudWatch agent/);
      expect(calls().filter((call) => call.startsWith('systemctl'))).toEqual([]);
    });
  });

  it('starts nothing when the artifact is another', () => {
    artifact();
    expect(() => run(userData(specOf({ digest: `sha256:${'a'.repeat(64)}` }), settings))).toThrow(/sha256sum/);
    expect(calls().filter((call) => call.startsWith('systemctl'))).toEqual([]);
  });

  it('is refused when it is more than EC2 takes', () => {
    expect(() => userData(specOf({ configuration: { LARGE: 'x'.repeat(USER_DATA_BYTES_MAX) } }), settings)).toThrow(expect.objectContaining({ name: 'LimitExceeded' }));
  });
});

describe('secrets', () => {
  const secrets = { DATABASE_URL: { from: 'catalog/database' }, KEY: { from: 'secretsmanager:catalog/keys#signing' }, FLAG: { from: 'ssm:/catalog/flag' } };
  const script = () => secretsScript(specOf({ secrets }), PLACE).replaceAll('/run/slipway', join(folder, 'run'));

  it('are fetched on the instance by their references, and reach the service as they are', () => {
    writeFileSync(join(folder, 'value'), JSON.stringify({ SecretString: AWKWARD }));
    writeFileSync(join(folder, 'keys'), JSON.stringify({ SecretString: JSON.stringify({ signing: 's3cret', other: 'no' }) }));
    stand('aws', `case "$*" in *catalog/database*) cat ${folder}/value;; *catalog/keys*) cat ${folder}/keys;; *ssm*catalog/flag*) echo '{"Parameter":{"Value":"on"}}';; *) exit 9;; esac`);
    run(script());
    expect(statSync(join(folder, 'run/secrets.env')).mode & 0o777).toBe(0o600);
    expect(run(`set -a; . ${folder}/run/secrets.env; printf '%s|%s|%s' "$DATABASE_URL" "$KEY" "$FLAG"`)).toBe(`${AWKWARD}|s3cret|on`);
    expect(script()).not.toContain('s3cret');
  });

  it.each(['exit 1', 'true', 'echo "{}"', 'echo \'{"SecretString":"{}"}\'', 'echo \'{"SecretString":"{\\"signing\\":1}"}\'', 'echo \'{"SecretString":"{\\"signing\\":\\"\\"}"}\''])('leave no file, and so start no service, when one cannot be read (%s)', (answer) => {
    stand('aws', `case "$*" in *catalog/keys*) ${answer};; *secretsmanager*) echo '{"SecretString":"value"}';; *) echo '{"Parameter":{"Value":"on"}}';; esac`);
    expect(() => run(script())).toThrow();
    expect(statSync(join(folder, 'run/secrets.env'), { throwIfNoEntry: false })).toBeUndefined();
  });
});

describe('the unit', () => {
  it('has limits, a user of its own, and the command as it is written', () => {
    const unit = unitFile(specOf({ start: ['./bin/serve', '--name', '100% "sure" $HOME'], resources: { memory: 268_435_456, cpu: 0.5 }, stopSeconds: 12 }), null);
    expect(unit).toContain('ExecStart=:"/opt/slipway/artifact/bin/serve" "--name" "100%% \\"sure\\" $HOME"\n');
    for (const line of ['User=slipway-service', 'MemoryMax=268435456', 'CPUQuota=50%', 'TimeoutStopSec=12', 'NoNewPrivileges=yes', 'ProtectSystem=strict']) expect(unit).toContain(`${line}\n`);
  });

  it('says the variables of every target', () => {
    expect(variablesFile(specOf(), 8080)).toContain('PORT="8080"\nHOST="0.0.0.0"\nSLIPWAY_SERVICE="catalog"\n');
  });
});
