/** The pages of AWS' own console, which is another one in each partition and region. */

const CONSOLES: Readonly<Record<string, string>> = { aws: 'console.aws.amazon.com', 'aws-us-gov': 'console.amazonaws-us-gov.com', 'aws-cn': 'console.amazonaws.cn' };

/** @param arn of anything there, or the beginning of one */
function placeOf(arn: string): { readonly origin: string; readonly region: string } {
  const [, partition = 'aws', , region = ''] = arn.split(':');
  return { origin: `https://${region}.${CONSOLES[partition] ?? CONSOLES['aws'] ?? ''}`, region };
}

/** The page of an execution. */
export function executionUrl(executionArn: string): string {
  const { origin, region } = placeOf(executionArn);
  return `${origin}/states/home?region=${region}#/v2/executions/details/${executionArn}`;
}

/** The page of a trace, with `{xrayId}` where its id comes. @param arn of anything in the installation's region */
export function traceUrlTemplate(arn: string): string {
  const { origin, region } = placeOf(arn);
  return `${origin}/cloudwatch/home?region=${region}#xray:traces/{xrayId}`;
}
