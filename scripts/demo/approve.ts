/** Approvals, by signed slash commands as Slack sends them. */
import type { PipelineDetail } from './answers.ts';
import { inProduction } from './follow.ts';
import { APPROVER, AUTHOR_SLACK } from './installation.ts';
import { AUTHOR } from './repository.ts';
import type { Stage } from './stage.ts';

/** Answers a waiting approval in Slack: the author first, who is refused, then somebody else. */
export async function approve(stage: Stage, detail: PipelineDetail, who: 'author first' | 'approver' = 'approver'): Promise<void> {
  const waiting = inProduction(detail)?.approvals.find(({ status }) => status.kind === 'waiting');
  if (waiting === undefined) return;
  const { service, question } = waiting.subject;
  stage.story.line(stage.story.paint('yellow', `approval asked: ${question}`));
  if (who === 'author first') {
    const refused = await stage.api.slash(AUTHOR_SLACK, `approve ${service}`);
    stage.story.line(`${AUTHOR.name} in Slack: /slipway approve ${service}`);
    stage.story.quote(refused);
    stage.checks.that('the author may not approve', /author/.test(refused) && /another must/.test(refused), `${AUTHOR.name} wrote the release`);
  }
  const taken = await stage.api.slash(APPROVER.slack, `approve ${service}`);
  stage.story.line(`${APPROVER.name} in Slack: /slipway approve ${service}`);
  stage.story.quote(taken);
}
