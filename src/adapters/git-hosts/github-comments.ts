/** One comment of ours on a pull request of GitHub. A pull request is an issue there: https://docs.github.com/en/rest/issues/comments */
import * as z from 'zod';
import { InvalidInput, LimitExceeded } from '../../domain/errors.ts';
import { PLAN_MARKER } from '../../domain/pull-request.ts';
import type { GitHostApi } from '../../ports/git-hosts.ts';
import { idIn, ownerAndName } from './repository-path.ts';
import type { Rest } from './rest.ts';

const Comments = z.array(z.object({
  id: z.number(), body: z.string().nullish(), user: z.object({ id: z.number() }).nullish(),
  performed_via_github_app: z.object({ id: z.number().optional(), client_id: z.string().optional() }).nullish(),
}));
type Comment = z.infer<typeof Comments>[number];
const User = z.object({ id: z.number() });
/** A page of the longest comments stays under the most that is read of an answer. */
const PAGE_COMMENTS = 25;
const PAGES_MAX = 40;

/** @param app the app that speaks, by either of its ids; null: whoever the token is of */
export const createComments = (rest: Rest, host: string, app: string | null): NonNullable<GitHostApi['comment']> => async ({ repository, number, text }, known) => {
  const of = `/repos/${ownerAndName(repository)}/issues`;
  const change = async (id: string): Promise<boolean> => (await rest.call('PATCH', `${of}/comments/${id}`, { body: text }, [404])).status !== 404;
  if (known !== null && (await change(known))) return known;
  const found = await find(rest, `${of}/${number}/comments`, app, host);
  if (found !== null && (await change(found))) return found;
  return idIn((await rest.call('POST', `${of}/${number}/comments`, { body: text })).body, host);
};

/** The marker alone proves nothing: anybody may write it. */
async function find(rest: Rest, path: string, app: string | null, host: string): Promise<string | null> {
  const user = app === null ? parsed(User, (await rest.call('GET', '/user')).body, host).id : null;
  const isOurs = ({ body, user: author, performed_via_github_app: via }: Comment): boolean =>
    body?.startsWith(PLAN_MARKER) === true && (user === null ? via != null && (via.client_id === app || String(via.id) === app) : author?.id === user);
  for (let page = 1; page <= PAGES_MAX; page += 1) {
    const comments = parsed(Comments, (await rest.call('GET', `${path}?per_page=${PAGE_COMMENTS}&page=${page}`)).body, host);
    const ours = comments.find(isOurs);
    if (ours !== undefined) return String(ours.id);
    if (comments.length < PAGE_COMMENTS) return null;
  }
  throw new LimitExceeded(`The pull request has more than ${PAGE_COMMENTS * PAGES_MAX} comments, too many to see whether the plan is among them. It is not written a second time.`, {});
}

function parsed<T>(schema: z.ZodType<T>, body: unknown, host: string): T {
  const { success, data } = schema.safeParse(body);
  if (!success) throw new InvalidInput(`${host} answered with something other than comments or a user. See that "api" in gitHosts is the address of GitHub's API.`, { host });
  return data;
}
