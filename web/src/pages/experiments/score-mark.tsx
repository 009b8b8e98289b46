/** A rating from 1 to 5, coloured by its side. */

export function ScoreMark({ score }: { score: number }) {
  const color =
    score >= 4
      ? 'bg-accent-soft text-accent-ink'
      : score <= 2
        ? 'bg-danger-soft text-danger'
        : 'bg-sunken text-muted';
  return (
    <span
      role="img"
      aria-label={`${score} of 5`}
      className={`tnum inline-flex size-6 shrink-0 items-center justify-center rounded-md text-xs font-semibold ${color}`}
    >
      {score}
    </span>
  );
}
