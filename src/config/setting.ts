/** How one environment variable is described and parsed. The table itself is settings.ts. */
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { Secret } from './secret.ts';

/** Headings of `.env.example`, in their order there. */
export type SettingSection =
  | 'Server'
  | 'Data'
  | 'Temporal'
  | 'Access'
  | 'Limits'
  | 'Executors'
  | 'Models'
  | 'Experiments'
  | 'Safety'
  | 'Logs'
  | 'Timing';

/** One setting. `fallback` is the value when neither the name nor an alias is set (or all are empty). */
export interface Setting<Value> {
  readonly name: string;
  /** Names other systems used for the same thing; the first one that is set counts. */
  readonly aliases: readonly string[];
  readonly section: SettingSection;
  readonly description: string;
  readonly schema: z.ZodType<Value, string>;
  readonly fallback: Value;
}

/** Builds a setting: `setting('Server', 'PORT', port, 8000, 'What it does.', ['API_PORT'])`. */
export function setting<Value>(
  section: SettingSection,
  name: string,
  schema: z.ZodType<Value, string>,
  fallback: NoInfer<Value>,
  description: string,
  aliases: readonly string[] = [],
): Setting<Value> {
  return { section, name, schema, fallback, description, aliases };
}

const YES = ['1', 'true', 'yes', 'on'];
const NO = ['0', 'false', 'no', 'off'];

export const text = z.string();

/** The same, for a setting whose default is null: not set at all. */
export function optional<Value>(schema: z.ZodType<Value, string>): z.ZodType<Value | null, string> {
  return schema;
}

export const flag = z
  .string()
  .refine((value) => [...YES, ...NO].includes(value.toLowerCase()), 'must be true or false')
  .transform((value) => YES.includes(value.toLowerCase()));

/** Comma-separated; blanks around and empty items are dropped. */
export const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/** A whole number within bounds, both inclusive. */
export function wholeNumber(minimum: number, maximum: number) {
  const message = `must be a whole number from ${minimum} to ${maximum}`;
  return z
    .string()
    .refine((value) => {
      const number = Number(value);
      return /^\d+$/.test(value) && number >= minimum && number <= maximum;
    }, message)
    .transform(Number);
}

export const port = wholeNumber(1, 65_535);
/** 0 = any free one, for tests and for several servers on one machine. */
export const anyPort = wholeNumber(0, 65_535);

export const positiveDecimal = z
  .string()
  .refine((value) => /^\d+(\.\d+)?$/.test(value), 'must be a number of at least 0')
  .transform(Number);

/** A part of a whole, above 0 and up to 1. */
export const share = z
  .string()
  .refine((value) => Number(value) > 0 && Number(value) <= 1, 'must be a number above 0, at most 1')
  .transform(Number);

/** One of the words, in any case. */
export function choice<const Word extends string>(...words: readonly Word[]) {
  return z
    .string()
    .transform((value) => value.toLowerCase())
    .pipe(z.enum(words as readonly [Word, ...Word[]], `must be one of ${words.join(', ')}`));
}

const LEVEL_NAMES: Readonly<Record<string, string>> = { warning: 'warn', critical: 'fatal' };

/** pino's levels; Python's names are understood too. */
export const logLevel = z
  .string()
  .transform((value) => LEVEL_NAMES[value.toLowerCase()] ?? value)
  .pipe(choice('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'));

export const httpUrl: z.ZodType<string | null, string> = z
  .string()
  .refine((value) => /^https?:\/\//.test(value) && URL.canParse(value), 'must be an http:// or https:// URL')
  .transform((value) => value.replace(/\/+$/, ''));

/** `postgresql+asyncpg://` and its like (SQLAlchemy's spelling) mean the same database. */
export const postgresUrl: z.ZodType<Secret | null, string> = z
  .string()
  .transform((value) => value.replace(/^postgres(ql)?\+\w+:/, 'postgres:'))
  .refine(
    (value) => /^postgres(ql)?:\/\//.test(value) && URL.canParse(value),
    'must be postgres://user:password@host:port/database; leave it unset for DuckDB in DATA_DIR',
  )
  .transform((value) => new Secret(value));

/** A secret of at least `minimumLength` characters. */
export function secret(minimumLength: number): z.ZodType<Secret | null, string> {
  return z
    .string()
    .min(minimumLength, `must have at least ${minimumLength} characters`)
    .transform((value) => new Secret(value));
}

export const hostAndPort: z.ZodType<string | null, string> = z
  .string()
  .regex(/^(\[[0-9a-fA-F:]+\]|[^\s:/]+):\d{1,5}$/, 'must be host:port, for example 127.0.0.1:7233');

/** What the server's own workers take: nobody else may. */
const OWN_QUEUES = ['trees', 'llm'];

/** A task queue of a user's own, as `policy.task_queue` names it. */
export const taskQueue: z.ZodType<string | null, string> = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores')
  .refine((name) => !OWN_QUEUES.includes(name), 'is the name of a queue of our own');

/** How many proxies stand before us, or which addresses they have. */
export type TrustProxy = { readonly hops: number } | { readonly ranges: readonly string[] };

export const trustProxy: z.ZodType<TrustProxy, string> = z
  .string()
  .refine(
    (value) => /^\d{1,2}$/.test(value) || value.split(',').every((item) => isAddressRange(item.trim())),
    'must be a number of hops (1) or addresses and ranges (10.0.0.0/8,127.0.0.1)',
  )
  .transform((value) =>
    /^\d+$/.test(value) ? { hops: Number(value) } : { ranges: value.split(',').map((item) => item.trim()) },
  );

/** Addresses and ranges, comma-separated; null = any. */
export const addressRanges: z.ZodType<readonly string[] | null, string> = list.refine(
  (ranges) => ranges.length > 0 && ranges.every(isAddressRange),
  'must be addresses and ranges, comma-separated (10.0.0.0/8,192.0.2.1)',
);

function isAddressRange(value: string): boolean {
  return ipaddr.isValid(value) || ipaddr.isValidCIDR(value);
}

/** `tasks.generate=10,tasks.list=300`: a number by name. */
export const methodRates: z.ZodType<Readonly<Record<string, number>>, string> = z
  .string()
  .refine(
    (value) => value.split(',').every((item) => /^\s*[\w.-]+\s*=\s*\d{1,9}\s*$/.test(item)),
    'must be method=calls a minute, comma-separated (tasks.generate=10)',
  )
  .transform((value) =>
    Object.fromEntries(
      value.split(',').map((item) => {
        const [name = '', number = ''] = item.split('=');
        return [name.trim(), Number(number)];
      }),
    ),
  );
