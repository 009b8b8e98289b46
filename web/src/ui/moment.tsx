/** A time as people say it (`5 min ago`), with the exact one on hover. */

const STEPS: readonly (readonly [limitS: number, unitS: number, unit: Intl.RelativeTimeFormatUnit])[] = [
  [60, 1, 'second'],
  [3_600, 60, 'minute'],
  [86_400, 3_600, 'hour'],
  [7 * 86_400, 86_400, 'day'],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'narrow' });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

export function Moment({ at }: { at: string | number }) {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return null;
  return (
    <time dateTime={time.toISOString()} title={exact.format(time)} className="whitespace-nowrap">
      {said(time)}
    </time>
  );
}

function said(time: Date): string {
  const seconds = (time.getTime() - Date.now()) / 1_000;
  if (Math.abs(seconds) < 10) return 'just now';
  const step = STEPS.find(([limit]) => Math.abs(seconds) < limit);
  return step === undefined ? day.format(time) : relative.format(Math.round(seconds / step[1]), step[2]);
}
