/** A git host over HTTPS that lets nobody read without a credential: git's own server program, with basic authentication before it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type GitHost, startGitHost } from '../unit/adapters/aws/http-git/git-host.ts';
import { AWS_CLI_FOLDER } from './emulator.ts';

export interface PrivateGitHost extends GitHost {
  /** Host and port, as credentials are named. */
  readonly name: string;
  /** The file of the certificate, which is its own authority. */
  readonly authority: string;
}

/** For 127.0.0.1, for an hour. The emulator has the library. */
const CERTIFICATE = `
import datetime, ipaddress, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
now = datetime.datetime.now(datetime.timezone.utc)
certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
    .not_valid_before(now - datetime.timedelta(minutes=5)).not_valid_after(now + datetime.timedelta(hours=1))
    .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
    .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(key, hashes.SHA256()))
open(sys.argv[1] + "/key.pem", "wb").write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
open(sys.argv[1] + "/authority.pem", "wb").write(certificate.public_bytes(serialization.Encoding.PEM))
`;

/**
 * Serves every repository under `root` to whoever shows the credential.
 * @param credential `user:token`
 */
export async function startPrivateGitHost(root: string, credential: string): Promise<PrivateGitHost> {
  const folder = join(root, 'certificate');
  mkdirSync(folder);
  execFileSync(join(AWS_CLI_FOLDER, 'python'), ['-c', CERTIFICATE, folder]);
  const authority = join(folder, 'authority.pem');
  const host = await startGitHost(root, {
    tls: { key: readFileSync(join(folder, 'key.pem'), 'utf8'), cert: readFileSync(authority, 'utf8') },
    first: (request, response) => {
      if (request.headers.authorization === `Basic ${Buffer.from(credential).toString('base64')}`) return false;
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end('no');
      return true;
    },
  });
  return { ...host, authority, name: host.address.replace('https://', '') };
}
