/** Credentials of git hosts for builds and commands that run elsewhere. Adapter: CodeBuild. On one machine git has its own. */
export interface JobCredentials {
  /**
   * Once for each run: whoever comes later may be a command of the service, which shares a machine with what checks out.
   * @param job the run's own name, which nobody but the run and Slipway knows
   * @returns `user:token` of its repository's host; null where that needs none
   * @throws NotFound, Forbidden for a second time, Conflict
   */
  lend(job: string): Promise<string | null>;
}
