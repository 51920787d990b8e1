/** A small plot of bars. The figures are in its table, for whoever does not see it. */

export interface Bar {
  readonly label: string;
  /** Null: nothing was measured, which is not 0. */
  readonly value: number | null;
  /** What it is, as text. */
  readonly text: string;
}

const [WIDTH, HEIGHT, GAP, LEAST] = [240, 48, 1, 2];

export function Bars({ title, bars }: { readonly title: string; readonly bars: readonly Bar[] }) {
  const most = Math.max(0, ...bars.map(({ value }) => value ?? 0));
  const step = WIDTH / Math.max(1, bars.length);
  return (
    <figure class="bars">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="presentation" preserveAspectRatio="none">
        <line class="base" x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
        {bars.map(({ label, value, text }, index) => {
          if (value === null || most === 0 || value === 0) return null;
          const height = Math.max(LEAST, (value / most) * (HEIGHT - 2));
          return <rect key={label} x={index * step} width={Math.max(1, step - GAP)} y={HEIGHT - height} height={height}><title>{`${label}: ${text}`}</title></rect>;
        })}
      </svg>
      <table class="sr"><caption>{title}</caption><tbody>{bars.map(({ label, text }) => <tr key={label}><th scope="row">{label}</th><td>{text}</td></tr>)}</tbody></table>
    </figure>
  );
}
