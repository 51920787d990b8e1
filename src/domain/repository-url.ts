/** One spelling for one repository, so that a webhook's clone_url, its ssh_url and what a person typed name the same. */

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
