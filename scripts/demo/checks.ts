/** What has to hold: each is a statement about something that was observed, kept for the report. */
import type { Story } from './say.ts';

export interface Check {
  readonly step: string;
  readonly name: string;
  readonly ok: boolean;
  /** What was observed. */
  readonly seen: string;
}

export interface Checks {
  readonly all: readonly Check[];
  /** The step that what follows belongs to. */
  step(name: string): void;
  /** A check that fails does not end the story: the report shows all that held and all that did not. */
  that(name: string, ok: boolean, seen: string): void;
}

export function createChecks(story: Story): Checks {
  const all: Check[] = [];
  let step = '';
  return {
    all,
    step: (name) => {
      step = name;
      story.heading(name);
    },
    that: (name, ok, seen) => {
      all.push({ step, name, ok, seen });
      story.line(`${ok ? story.paint('green', 'ok    ') : story.paint('red', 'FAILED')} ${name} ${story.paint('dim', `(${seen})`)}`);
    },
  };
}
