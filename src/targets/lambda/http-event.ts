/** A request as a function gets it from a function URL or an HTTP API: payload format 2.0. Pure. */
import type { HttpRequest } from '../../comparison/http-request.ts';

/** Of nobody: it says that the request came from no user. */
const SOURCE_IP = '0.0.0.0';

/**
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 * @param headers flat names and values
 */
export function httpEvent({ method, target, body }: HttpRequest, headers: readonly string[]): Readonly<Record<string, unknown>> {
  const [path, query] = splitOnce(target, '?');
  const names: Record<string, string> = {};
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = (headers[at] ?? '').toLowerCase();
    names[name] = names[name] === undefined ? headers[at + 1] ?? '' : `${names[name]},${headers[at + 1] ?? ''}`;
  }
  const parameters = parametersOf(query);
  return {
    version: '2.0', routeKey: '$default', rawPath: path, rawQueryString: query, headers: names,
    ...(Object.keys(parameters).length === 0 ? {} : { queryStringParameters: parameters }),
    requestContext: { apiId: 'slipway', domainName: 'slipway.invalid', domainPrefix: 'slipway', requestId: 'slipway', routeKey: '$default', stage: '$default', http: { method, path, protocol: 'HTTP/1.1', sourceIp: SOURCE_IP, userAgent: names['user-agent'] ?? '' } },
    ...(body === undefined ? {} : { body: Buffer.from(body).toString('utf8') }), isBase64Encoded: false,
  };
}

function splitOnce(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}

/** Values of a name that is there twice are joined by commas. */
function parametersOf(query: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) found[name] = found[name] === undefined ? value : `${found[name]},${value}`;
  return found;
}
