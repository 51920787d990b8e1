/** A replay where this runs, in place of a program: on AWS the function of the test sends it. */
import { replayRequests } from '../contracts/replay-requests.ts';
import { InvalidInput, SlipwayError, TestsFailed } from '../domain/errors.ts';
import type { Replay, Test } from '../domain/manifest.ts';
import { replayProblems, type ReplayLimits } from '../domain/replay/limits.ts';
import { replayHeading } from '../domain/replay/telling.ts';
import { judgeReplay } from '../domain/replay/verdict.ts';
import type { CommandOutcome } from '../ports/commands.ts';
import type { Ports } from '../ports/index.ts';
import { cloneUrlOf } from './clone-url.ts';
import type { Turn } from './deployment-turn.ts';
import { newestRecording, noRecording } from './recordings.ts';
import { compareReplayed, type CompareReplayedNeeds } from './compare-replayed.ts';

export type ReplayHereNeeds = CompareReplayedNeeds & Pick<Ports, 'store' | 'clock' | 'environments' | 'sources' | 'artifactFiles' | 'recordingFiles' | 'replays'>;

/** What is wrong with the requests is the test's outcome. @throws ProviderUnavailable and others that pass: the machine tries again */
export async function replayHere(needs: ReplayHereNeeds, turn: Turn, { replay, test, limits }: { replay: Replay; test: Test; limits: ReplayLimits }, baseUrl: string): Promise<CommandOutcome> {
  const began = needs.clock.now();
  const ended = (passed: boolean, detail: string): CommandOutcome => ({ passed, seconds: (needs.clock.now() - began) / 1000, detail: detail.slice(0, 20_000) });
  const problems = replayProblems([test], limits);
  if (problems.length > 0) return ended(false, problems.join(' '));
  try {
    const found = replayRequests(replay, await textOf(needs, turn, replay, limits));
    const loaded = judgeReplay(await needs.replays.send(found.requests, baseUrl, { rate: replay.rate, seconds: replay.duration }), replay.expect);
    const [took, most] = [(needs.clock.now() - began) / 1000, test.timeout + replay.duration];
    if (took > most) return ended(false, `It took ${Math.round(took)} s, and ${most} s is the most.\n${loaded.lines.join('\n')}`);
    // It has an end of its own: a load balancer may need a minute for the rules that it takes.
    const compared = replay.compare ? await compareReplayed(needs, turn, found.requests, replay) : { passed: true, lines: [] };
    return ended(loaded.passed && compared.passed, [replayHeading(replay, found), ...loaded.lines, ...compared.lines].join('\n'));
  } catch (error) {
    if (error instanceof SlipwayError && error.retry === 'final') return ended(false, error.message);
    throw error;
  }
}

/** @throws InvalidInput, NotFound, LimitExceeded */
async function textOf(needs: ReplayHereNeeds, turn: Turn, { from, environment }: Replay, { fileBytes }: ReplayLimits): Promise<string> {
  const { service, plan } = turn.deployment.value;
  if (from === 'recording') {
    const recording = await newestRecording(needs, service, environment);
    if (recording === undefined) throw new TestsFailed(noRecording(service, environment));
    return needs.recordingFiles.read(recording.digest);
  }
  const { repository, commit, manifestPath } = turn.pipeline.value;
  const folder = manifestPath?.includes('/') === true ? manifestPath.slice(0, manifestPath.lastIndexOf('/') + 1) : '';
  if (repository !== null && commit !== null) return needs.sources.file(await cloneUrlOf(needs, repository), commit, `${folder}${from}`, fileBytes);
  const text = await needs.artifactFiles.text(plan.digest, from, fileBytes);
  if (text === undefined) throw new InvalidInput(`${from}: there is no such file in the artifact, and the release has no commit. Import it: slipway recording import ${service} FILE --environment ${environment}, with "from: recording".`, { file: from });
  return text;
}
