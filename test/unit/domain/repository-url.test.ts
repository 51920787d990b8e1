import { describe, expect, it } from '@jest/globals';
import { canonicalRepository } from '../../../src/domain/repository-url.ts';

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
