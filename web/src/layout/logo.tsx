/** The mark and the name. */

export function Logo({ isRail = false }: { isRail?: boolean }) {
  return (
    <span className="flex items-center gap-2.5">
      <svg viewBox="0 0 32 32" className="size-7 shrink-0" aria-hidden="true">
        <rect width="32" height="32" rx="8" className="fill-accent" />
        <g className="stroke-on-accent" fill="none" strokeWidth="2.2" strokeLinecap="round">
          <path d="M16 9.500v13M16 15l-6 5M16 15l6 5" />
        </g>
        <g className="fill-on-accent">
          <circle cx="16" cy="8.5" r="2.8" />
          <circle cx="9.5" cy="21" r="2.8" />
          <circle cx="22.5" cy="21" r="2.8" />
          <circle cx="16" cy="23.5" r="2.8" />
        </g>
      </svg>
      <span className={`font-semibold tracking-[-0.01em] ${isRail ? 'sr-only lg:not-sr-only' : ''}`}>
        Taskgrove
      </span>
    </span>
  );
}
