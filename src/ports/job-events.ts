/** Ends of builds and commands that run elsewhere. Adapter: CodeBuild. On one machine they end in the control plane itself. */
export interface JobEvents {
  /**
   * Somebody says that a run has ended: looks, and reports its outcome where it has. One that is not known, or was reported, changes nothing.
   * @param run the provider's id of it
   */
  ended(run: string): Promise<void>;
  /** Looks at everything that runs, as events may be lost. @returns how many had ended */
  sweep(): Promise<{ readonly ended: number; readonly running: number }>;
}
