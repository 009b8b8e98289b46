/** Used of a limit, as a bar; without a limit, as a count. */

export function Meter({ label, used, limit }: { label: string; used: number; limit: number | null }) {
  const share = limit === null ? 0 : limit === 0 ? 1 : Math.min(1, used / limit);
  const color = share >= 1 ? 'bg-danger' : share >= 0.8 ? 'bg-warn' : 'bg-accent';
  return (
    <div>
      <div className="flex justify-between gap-2">
        <span>{label}</span>
        <span className="tnum text-muted">
          {used.toLocaleString('en')}
          {limit === null ? ', no limit' : ` of ${limit.toLocaleString('en')}`}
        </span>
      </div>
      {limit !== null && (
        <div
          // The numbers above say the same.
          aria-hidden="true"
          className="mt-1 h-1.5 overflow-hidden rounded-full bg-sunken"
        >
          <div className={`h-full rounded-full ${color}`} style={{ width: `${share * 100}%` }} />
        </div>
      )}
    </div>
  );
}
