/** Actions that a role may use on every resource, and why nothing narrower can be written. */

const XRAY = 'X-Ray defines no resource for it (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html)';

export const WITHOUT_RESOURCE: Readonly<Record<string, string>> = {
  'dynamodb:ListStreams': 'DynamoDB defines no resource for it (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html)',
  'xray:PutTraceSegments': XRAY,
  'xray:PutTelemetryRecords': XRAY,
  'xray:GetSamplingRules': XRAY,
  'xray:GetSamplingTargets': XRAY,
};
