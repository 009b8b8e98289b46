/** Cron expressions of five fields, strictly: what a field cannot mean is said, never guessed. */
/** Wall-clock times at which all members match; null = any. Sorted numbers; Sunday is 0, January 1. */
export interface CalendarRule {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: readonly number[] | null;
  readonly months: readonly number[] | null;
  readonly daysOfWeek: readonly number[] | null;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly names?: { readonly list: readonly string[]; readonly first: number };
}

const FIELDS: readonly Field[] = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12, names: { list: MONTHS, first: 1 } },
  // 7 is Sunday as well.
  { name: 'day of week', from: 0, to: 7, names: { list: DAYS, first: 0 } },
];

const MACROS: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};

/** Any of the rules may match: cron joins its two day fields by "or" where both say something. Or what is wrong. */
export function readCron(expression: string): CalendarRule[] | string {
  const texts = (MACROS[expression.toLowerCase()] ?? expression).split(/\s+/);
  if (texts.length !== FIELDS.length)
    return `must have 5 fields (minute, hour, day of month, month, day of week), got ${texts.length}`;
  const values: (readonly number[])[] = [];
  for (const [index, field] of FIELDS.entries()) {
    const read = readCronField(texts[index] as string, field);
    if (typeof read === 'string') return read;
    values.push(read);
  }
  const [minutes = [], hours = [], days = [], months = [], weekdays = []] = values;
  const daysOfWeek = unique(weekdays.map((day) => day % 7));
  const isAny = (index: number) => (texts[index] as string).startsWith('*');
  const rule = { minutes, hours, months: isAny(3) && months.length === 12 ? null : months };
  if (!isAny(2) && !isAny(4))
    return [
      { ...rule, daysOfMonth: days, daysOfWeek: null },
      { ...rule, daysOfMonth: null, daysOfWeek },
    ];
  return [
    {
      ...rule,
      daysOfMonth: days.length === 31 ? null : days,
      daysOfWeek: daysOfWeek.length === 7 ? null : daysOfWeek,
    },
  ];
}

function readCronField(text: string, field: Field): number[] | string {
  const values: number[] = [];
  for (const part of text.split(',')) {
    const match = /^(?:(\*)|([a-z0-9]+)(?:-([a-z0-9]+))?)(?:\/(\d{1,4}))?$/i.exec(part);
    if (match === null) return wrong(field, part);
    const [, star, first, last, step] = match;
    const from = star === undefined ? numberOf(first as string, field) : field.from;
    const end = last === undefined ? (step === undefined ? from : field.to) : numberOf(last, field);
    const to = star === undefined ? end : field.to;
    const by = Number(step ?? 1);
    if (from === null || to === null || from > to || by < 1) return wrong(field, part);
    for (let value = from; value <= to; value += by) values.push(value);
  }
  return unique(values);
}

function numberOf(text: string, { from, to, names }: Field): number | null {
  const named = names?.list.indexOf(text.toLowerCase()) ?? -1;
  if (named >= 0) return named + (names?.first ?? 0);
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= from && value <= to ? value : null;
}

function wrong(field: Field, part: string): string {
  return `has '${part.slice(0, 20)}' as ${field.name}, which must be within ${field.from}-${field.to}`;
}

function unique(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
