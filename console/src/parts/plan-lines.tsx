/** A plan as `slipway plan` prints it. */
export const PlanLines = ({ lines }: { readonly lines: readonly string[] }) => <pre class="plan">{lines.join('\n')}</pre>;
