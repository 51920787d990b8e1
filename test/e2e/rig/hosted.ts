/** `slipway up` beside stand-ins of GitHub and GitLab, with a repository on each that real git serves. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivate } from '../../../src/main/private-file.ts';
import { startGithub, type GithubStandIn } from '../../fakes/git-hosts/github.ts';
import { startGitlab, type GitlabStandIn } from '../../fakes/git-hosts/gitlab.ts';
import { startGitHost, type GitHost } from '../../unit/adapters/aws/http-git/git-host.ts';
import { fromGithub, githubPush, type Told } from './hooks.ts';
import { ENVIRONMENTS } from './installation.ts';
import { createRepository, type Pushed, type Repository } from './repository.ts';
import { Supervised } from './supervised.ts';

type Host = 'github' | 'gitlab';

export class Hosted {
  readonly at: Supervised;
  readonly github: GithubStandIn;
  readonly gitlab: GitlabStandIn;
  /** On GitHub, and on GitLab. */
  readonly shop: Readonly<Record<Host, Repository>>;
  /** What git speaks to, for the repositories of each. */
  readonly #git: Readonly<Record<Host, GitHost>>;

  private constructor(made: { at: Supervised; github: GithubStandIn; gitlab: GitlabStandIn; shop: Record<Host, Repository>; git: Record<Host, GitHost> }) {
    ({ at: this.at, github: this.github, gitlab: this.gitlab, shop: this.shop, git: this.#git } = made);
  }

  /** @param environment of its processes, beside the rig's own */
  static async start(environment: Readonly<Record<string, string>> = {}): Promise<Hosted> {
    const at = new Supervised(environment);
    const [onGithub, onGitlab] = [join(at.folder, 'on-github'), join(at.folder, 'on-gitlab')];
    const shop = { github: createRepository(join(onGithub, 'acme'), 'shop'), gitlab: createRepository(join(onGitlab, 'acme', 'group'), 'shop') };
    const git = { github: await startGitHost(onGithub), gitlab: await startGitHost(onGitlab) };
    const hosted = new Hosted({ at, github: await startGithub(), gitlab: await startGitlab(), shop, git });
    try {
      await hosted.#up();
      return hosted;
    } catch (error) {
      await hosted.close();
      throw error;
    }
  }

  async #up(): Promise<void> {
    mkdirSync(join(this.at.home.secrets, 'git-hosts'), { mode: 0o700 });
    for (const host of ['github', 'gitlab'] as const) this.credential(host, `${host}-token`);
    const entry = (host: Host, api: string) => `  - { host: "${new URL(this.#git[host].address).host}", kind: ${host}, api: "${api}", token: { from: git-hosts/${host} } }\n`;
    writeFileSync(this.at.home.environments, `${ENVIRONMENTS}gitHosts:\n${entry('github', this.github.url)}${entry('gitlab', `${this.gitlab.url}/api/v4`)}`);
    this.at.up();
    await this.at.serving();
    for (const host of ['github', 'gitlab'] as const) await this.at.client.post('/v1/repositories', { url: this.url(host), host });
  }

  /** As it is registered, and as its host's webhooks name it. */
  url = (host: Host): string => `${this.#git[host].address}/${host === 'github' ? 'acme/shop' : 'acme/group/shop'}.git`;

  /** What Slipway speaks to a host with from now on. */
  credential(host: Host, token: string): void {
    writePrivate(join(this.at.home.secrets, 'git-hosts', host), `${token}\n`);
  }

  /** The one pipeline that a delivery started. */
  async admitted({ delivery, reason }: Told): Promise<string> {
    if (delivery === null) throw new Error(reason);
    const { admitted: [id], refused } = await this.at.client.decided(delivery);
    if (id === undefined) throw new Error(refused.join());
    return id;
  }

  pushedToGithub = async (push: Pushed): Promise<string> => this.admitted(await fromGithub(this.at.client, 'push', githubPush(this.url('github'), push)));

  async close(): Promise<void> {
    await this.at.close();
    for (const one of [this.github, this.gitlab, ...Object.values(this.#git)]) await one.close();
  }
}

/** The state that a commit shows for a service. */
export const stateOn = (statuses: ReadonlyMap<string, Record<string, unknown>>, { after }: Pushed, service: string): unknown => statuses.get(`${after} slipway/${service}`)?.['state'];
