/**
 * What the emulator's load balancer does not do: take requests. Each is answered by the rules that the emulator has at that moment, as AWS
 * documents them (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html#listener-rules): the one with the lowest priority whose
 * conditions hold. Rules with a condition on a header are taken late, as machines of a load balancer may.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeRulesCommand, DescribeTagsCommand, type ElasticLoadBalancingV2Client, type Rule } from '@aws-sdk/client-elastic-load-balancing-v2';
import { forwardsOf } from '../../../src/targets/_aws/load-balancer/rule.ts';

export interface ServedRequest {
  readonly revision: string;
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
}

export interface ServedAnswer {
  readonly status?: number;
  readonly body: unknown;
}

export interface BalancerRequests {
  /** The load balancer as users of one environment reach it. */
  readonly endpoint: string;
  /** What instances were asked, oldest first. */
  readonly served: ServedRequest[];
  /** What an instance of the revision answers, as JSON. */
  answer: (request: ServedRequest) => ServedAnswer;
  close(): Promise<void>;
}

export interface BalancerRequestsOptions {
  readonly client: ElasticLoadBalancingV2Client;
  readonly listener: string;
  /** Of the rule that users' requests meet; their hosts and paths are not looked at. */
  readonly priority: number;
  readonly lateMs: number;
}

export async function balancerRequests({ client, listener, priority, lateMs }: BalancerRequestsOptions): Promise<BalancerRequests> {
  const served: ServedRequest[] = [];
  const owners = new Map<string, string>();
  /** Each form of each late rule, with when it was seen first. */
  const forms = new Map<string, { readonly at: number; readonly rule: Rule }[]>();
  let turn = 0;

  const revisionOf = async (group: string): Promise<string> => {
    const known = owners.get(group);
    if (known !== undefined) return known;
    const { TagDescriptions } = await client.send(new DescribeTagsCommand({ ResourceArns: [group] }));
    const revision = TagDescriptions?.[0]?.Tags?.find(({ Key }) => Key === 'slipway:revision')?.Value ?? '';
    owners.set(group, revision);
    return revision;
  };
  const inForce = (rule: Rule): Rule | undefined => {
    if (headerOf(rule) === undefined) return rule;
    const seen = forms.get(rule.RuleArn ?? '') ?? [];
    if (JSON.stringify(seen.at(-1)?.rule) !== JSON.stringify(rule)) seen.push({ at: Date.now(), rule });
    forms.set(rule.RuleArn ?? '', seen);
    return seen.findLast(({ at }) => Date.now() - at >= lateMs)?.rule;
  };
  const ruleFor = async (request: IncomingMessage): Promise<Rule | undefined> => {
    const { Rules = [] } = await client.send(new DescribeRulesCommand({ ListenerArn: listener }));
    const ordered = Rules.flatMap((rule) => inForce(rule) ?? []).sort((one, other) => Number(one.Priority) - Number(other.Priority));
    return ordered.find((rule) => {
      const header = headerOf(rule);
      return header === undefined ? rule.Priority === String(priority) : request.headers[header.name] === header.value;
    });
  };
  const pick = (rule: Rule): string | undefined => {
    const groups = forwardsOf(rule).filter(({ weight }) => weight > 0);
    const sum = groups.reduce((total, { weight }) => total + weight, 0);
    let left = turn++ % Math.max(1, sum);
    return groups.find(({ weight }) => (left -= weight) < 0)?.arn;
  };

  const server = createServer((request, response) => {
    const say = (status: number, type: string, body: string) => response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(request.method === 'HEAD' ? undefined : body);
    ruleFor(request).then(async (rule) => {
      const fixed = rule?.Actions?.find(({ Type }) => Type === 'fixed-response')?.FixedResponseConfig;
      if (fixed !== undefined) return say(Number(fixed.StatusCode), fixed.ContentType ?? 'text/plain', fixed.MessageBody ?? '');
      const group = rule === undefined ? undefined : pick(rule);
      if (group === undefined) return say(503, 'text/html', '');
      const one = { revision: await revisionOf(group), method: request.method ?? '', target: request.url ?? '', headers: request.headers };
      served.push(one);
      const { status = 200, body } = under.answer(one);
      return say(status, 'application/json', JSON.stringify(body));
    }).catch((error: unknown) => say(500, 'text/plain', String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const under: BalancerRequests = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, served, answer: () => ({ body: { ok: true } }),
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
  return under;
}

function headerOf(rule: Rule): { readonly name: string; readonly value: string } | undefined {
  const { HttpHeaderName, Values } = rule.Conditions?.find(({ Field }) => Field === 'http-header')?.HttpHeaderConfig ?? {};
  return HttpHeaderName === undefined || Values?.[0] === undefined ? undefined : { name: HttpHeaderName.toLowerCase(), value: Values[0] };
}
