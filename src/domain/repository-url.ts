/** One spelling for one repository, so that a webhook's clone_url, its ssh_url and what a person typed name the same. */

/** The forms that git is ever given; the sources look closer, before git sees one. With `::` git would run a command. */
export const REPOSITORY_FORM = /^(?:(?:https?|ssh|file):\/\/|\/(?!\/)|[A-Za-z0-9_][\w.-]*@[A-Za-z0-9][A-Za-z0-9.-]*:(?!:))\S+$/;
export const REPOSITORY_FORMS = 'https://host/path, ssh://user@host/path, user@host:path, file:///path or an absolute path';

export interface AddressProblem {
  readonly why: string;
  readonly next: string;
}

/**
 * What hides in an address: an option, a command, a password. Null: nothing. Never repeats the address, since what is wrong may be that
 * it holds a secret.
 */
export function addressProblem(address: string): AddressProblem | null {
  if (/[\s\p{Cc}]/u.test(address)) return { why: 'it has spaces or control characters', next: 'Check its spelling.' };
  if (address.startsWith('-')) return { why: 'it begins with a hyphen, which git would read as an option', next: 'Check its spelling.' };
  if (address.includes('::')) return { why: 'with :: git would run a command', next: 'Use https, ssh or a path.' };
  return address.includes('://') ? urlProblem(address) : null;
}

function urlProblem(address: string): AddressProblem | null {
  if (!URL.canParse(address)) return { why: 'it is no URL', next: 'Check its spelling.' };
  const { protocol, username, password, hostname } = new URL(address);
  if (password !== '' || (username !== '' && protocol !== 'ssh:')) return { why: 'it carries a user or a password, which would end up in records and logs', next: 'Take them out: docs/webhooks.md says where credentials are kept.' };
  if (username.startsWith('-') || hostname.startsWith('-')) return { why: 'user or host begin with a hyphen, which ssh would read as an option', next: 'Check its spelling.' };
  if (protocol === 'file:' && hostname !== '') return { why: 'a file address has no host', next: 'Use file:///path.' };
  if (protocol !== 'file:' && hostname === '') return { why: 'it has no host', next: 'Check its spelling.' };
  return null;
}

/** `https://host/owner/name`, whatever the spelling; a folder stays a folder. */
export function canonicalRepository(url: string): string {
  const trimmed = url.trim().replace(/\/+$/, '');
  const scp = /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/)(.+)$/.exec(trimmed);
  const plain = scp !== null && !trimmed.includes('://') ? `https://${scp[1] ?? ''}/${scp[2] ?? ''}` : trimmed;
  const parts = /^(https?|ssh|git|file):\/\/(?:[^@/]*@)?([^/]*)(\/.*)$/.exec(plain);
  if (parts === null) return plain.replace(/\.git$/, '');
  const [, scheme = '', host = '', path = ''] = parts;
  if (scheme === 'file') return path.replace(/\.git$/, '');
  return azureDevops(`https://${host.toLowerCase().replace(/:(?:22|443|80)$/, '')}${path.replace(/\.git$/, '')}`);
}

/** By ssh it names a repository in another way: https://learn.microsoft.com/en-us/azure/devops/repos/git/use-ssh-keys-to-authenticate */
const azureDevops = (url: string): string => url.replace(/^https:\/\/(?:ssh\.dev\.azure\.com|vs-ssh\.visualstudio\.com)\/v3\/([^/]+)\/([^/]+)\/([^/]+)$/, 'https://dev.azure.com/$1/$2/_git/$3');
