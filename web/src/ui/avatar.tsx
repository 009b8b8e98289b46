/** A person's initials on a colour that stays theirs. */

const COLORS = [
  'bg-[#dcefe4] text-[#12523a] dark:bg-[#1c3a2b] dark:text-[#9be0bd]',
  'bg-[#dfe9f8] text-[#1d4880] dark:bg-[#1c2f47] dark:text-[#a5cdf7]',
  'bg-[#f6e6d4] text-[#76430c] dark:bg-[#3b2a17] dark:text-[#f1c58f]',
  'bg-[#eee2f5] text-[#5d2f80] dark:bg-[#33233f] dark:text-[#d8b6f0]',
  'bg-[#f8dfe3] text-[#86213a] dark:bg-[#41202a] dark:text-[#f5b0bf]',
  'bg-[#dceef0] text-[#14525b] dark:bg-[#17363b] dark:text-[#94dbe4]',
] as const;

export function Avatar({
  id,
  name,
  className = 'size-8 text-xs',
}: {
  id: number;
  name: string;
  className?: string;
}) {
  const words = name.trim().split(/\s+/);
  const initials = [words[0], words.length > 1 ? words.at(-1) : undefined]
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('');
  return (
    <span
      aria-hidden="true"
      className={`inline-flex shrink-0 items-center justify-center rounded-full font-semibold ${COLORS[Math.abs(id) % COLORS.length]} ${className}`}
    >
      {initials.toUpperCase()}
    </span>
  );
}
