/**
 * Prices as inputs, in US dollars: us-east-1, without free tiers, as they were looked up on the day below: docs/cost.md says where. Other regions and days
 * differ by some ten percent: write your own here and run the bench again.
 */
export const PRICES = {
  asOf: '2026-11-26',
  region: 'us-east-1',
  /** https://aws.amazon.com/dynamodb/pricing/on-demand/ */
  readUnit: 0.125 / 1e6,
  writeUnit: 0.625 / 1e6,
  /** Standard workflows, each state that is entered, retries too: https://aws.amazon.com/step-functions/pricing/ */
  transition: 25 / 1e6,
  /** arm64: https://aws.amazon.com/lambda/pricing/ */
  functionRequest: 0.2 / 1e6,
  functionGbSecond: 0.0000133334,
  /** https://aws.amazon.com/eventbridge/pricing/ */
  schedule: 1 / 1e6,
} as const;

/** serverless.yml: memorySize. */
export const FUNCTION_GB = 0.5;
export const MINUTES_A_MONTH = 43_800;
/** What a call takes in Lambda that this machine does not see: one request to DynamoDB, and one of a target's own calls at its provider. */
export const ASSUMED = { storeCallSeconds: 0.01, providerCallSeconds: 0.1 } as const;
/** A target looks at so many services at once, and while it does, the sweep that called it waits: two functions are paid for. */
export const SWEEP_SHAPE = { servicesAtOnce: 4, functionsWaiting: 2 } as const;
