/** How something is shared between the styles: a bar in two colours and the numbers beside it. */

const COLORS: Readonly<Record<string, string>> = { serious: 'bg-info', playful: 'bg-accent' };

export function StyleBar(props: {
  label: string;
  shares: Readonly<Record<string, number>>;
  format: (value: number) => string;
}) {
  const { label, shares, format } = props;
  const styles = Object.keys(shares).sort().reverse();
  const total = styles.reduce((sum, style) => sum + (shares[style] ?? 0), 0);
  return (
    <div className="text-[0.8667rem]">
      <div className="flex flex-wrap justify-between gap-x-3">
        <span className="font-medium">{label}</span>
        <span className="tnum flex gap-3 text-muted">
          {styles.map((style) => (
            <span key={style} className="inline-flex items-center gap-1.5">
              <span className={`size-2 rounded-[2px] ${COLORS[style] ?? 'bg-muted'}`} />
              {style} {format(shares[style] ?? 0)}
            </span>
          ))}
        </span>
      </div>
      <div className="mt-1.5 flex h-2 gap-px overflow-hidden rounded-full bg-sunken" aria-hidden="true">
        {total > 0 &&
          styles.map((style) => (
            <div
              key={style}
              className={COLORS[style] ?? 'bg-muted'}
              style={{ width: `${(100 * (shares[style] ?? 0)) / total}%` }}
            />
          ))}
      </div>
    </div>
  );
}
