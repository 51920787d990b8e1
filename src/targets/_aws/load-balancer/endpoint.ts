/** Where the users of a service reach it. */
import { DescribeListenersCommand, DescribeLoadBalancersCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { NotFound } from '../../../domain/errors.ts';
import { calling } from '../fault.ts';
import { balancerOf } from '../names.ts';
import { type Balancers, ELB } from './groups.ts';

/** `https://<the load balancer's name>`, with the port where it is not the protocol's own. @throws NotFound */
export async function endpointOf(client: Balancers, listener: string): Promise<string> {
  const [listeners, balancers] = await Promise.all([
    calling(ELB, `read the listener ${listener}`, () => client.send(new DescribeListenersCommand({ ListenerArns: [listener] }))),
    calling(ELB, `read the load balancer of ${listener}`, () => client.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [balancerOf(listener)] }))),
  ]);
  const { Protocol, Port } = listeners.Listeners?.[0] ?? {};
  const name = balancers.LoadBalancers?.[0]?.DNSName;
  if (Protocol === undefined || name === undefined) throw new NotFound(`There is no listener ${listener}. Correct the setting listener.`, { listener });
  const scheme = Protocol === 'HTTPS' ? 'https' : 'http';
  return `${scheme}://${name}${Port === undefined || Port === (scheme === 'https' ? 443 : 80) ? '' : `:${Port}`}`;
}
