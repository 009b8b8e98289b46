/** Time stamps as the contract prints them: ISO-8601 UTC with six digits, `+00:00` for tasks, naive for events. */

export function isoMicros(epochMs: number): string {
  const micros = Math.round((epochMs - Math.trunc(epochMs)) * 1000);
  const iso = new Date(Math.trunc(epochMs)).toISOString();
  return `${iso.slice(0, -1)}${String(micros).padStart(3, '0')}+00:00`;
}

/** `2026-11-21T02:31:41.942065`: UTC without a zone, as stream events and the aggregate result carry it. */
export function naiveUtc(iso: string): string {
  return iso.replace(/(\+00:00|Z)$/, '');
}
