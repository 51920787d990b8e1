import { describe, expect, it } from '@jest/globals';
import { addressProblem, canonicalRepository } from '../../../src/domain/repository-url.ts';

describe('canonicalRepository', () => {
  it.each([
    'https://github.com/acme/shop.git', 'https://github.com/acme/shop', 'https://github.com/acme/shop/', 'https://user@GitHub.com/acme/shop.git', 'https://github.com:443/acme/shop',
    'git@github.com:acme/shop.git', 'ssh://git@github.com/acme/shop.git', 'ssh://git@github.com:22/acme/shop', 'git://github.com/acme/shop.git',
  ])('%s is https://github.com/acme/shop', (url) => {
    expect(canonicalRepository(url)).toBe('https://github.com/acme/shop');
  });

  it.each(['https://dev.azure.com/acme/shop/_git/catalog', 'git@ssh.dev.azure.com:v3/acme/shop/catalog', 'https://acme@dev.azure.com/acme/shop/_git/catalog'])('%s is one repository of Azure DevOps', (url) => {
    expect(canonicalRepository(url)).toBe('https://dev.azure.com/acme/shop/_git/catalog');
  });

  it.each([['/srv/git/shop.git', '/srv/git/shop'], ['file:///srv/git/shop.git', '/srv/git/shop'], ['https://git.acme.example:8443/shop.git', 'https://git.acme.example:8443/shop']])('%s is %s', (url, expected) => {
    expect(canonicalRepository(url)).toBe(expected);
  });

  it('is its own canonical form', () => {
    for (const url of ['git@github.com:acme/shop.git', '/srv/git/shop.git']) expect(canonicalRepository(canonicalRepository(url))).toBe(canonicalRepository(url));
  });
});

describe('an address', () => {
  it.each(['https://github.com/acme/shop', 'http://127.0.0.1:3000/acme/shop.git', 'ssh://git@github.com/acme/shop.git', 'git@github.com:acme/shop.git', '/srv/git/shop.git', 'file:///srv/git/shop.git'])('%s hides nothing', (address) => {
    expect(addressProblem(address)).toBeNull();
  });

  it.each([
    ['https://anna:hunter2@github.com/acme/shop', /user or a password/], ['https://ghp_hunter2@github.com/acme/shop', /user or a password/], ['ssh://git:hunter2@github.com/acme/shop', /user or a password/],
    ['ssh://-oProxyCommand=hunter2/x', /hyphen/], ['ssh://-ohunter2@host/x', /hyphen/], ['--upload-pack=hunter2', /hyphen/], ['ext::sh%20-c%20hunter2', /run a command/], ['/srv/a\nhunter2', /control characters/], ['file://hunter2/etc', /no host/],
  ])('%s is found out, and not repeated', (address, why) => {
    const problem = addressProblem(address);
    expect(problem?.why).toMatch(why);
    expect(JSON.stringify(problem)).not.toContain('hunter2');
  });
});
