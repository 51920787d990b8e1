/** One spelling for one repository, so that a webhook's clone_url, its ssh_url and what a person typed name the same. */

/** The forms that git is ever given; the sources look closer, before git sees one. With `::` git would run a command. */
export const REPOSITORY_FORM = /^(?:(?:https?|ssh|file):\/\/|\/(?!\/)|[A-Za-z0-9_][\w.-]*@[A-Za-z0-9][A-Za-z0-9.-]*:(?!:))\S+$/;
export const REPOSITORY_FORMS = 'https://host/path, ssh://user@host/path, user@host:path, file:///path or an absolute path';

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
