/**
 * How an executor marks what is secret in its inputs, in words of JSON Schema, so that whoever reads its metadata sees
 * it too: `z.string().meta(SECRET)`, `z.record(…).meta(secretNames(CREDENTIAL_HEADER))`, `….meta(inputsOf('executor'))`.
 */

/** A value nobody reads back: sealed when it is stored, opened for the executor alone. For a whole object or list too. */
export const SECRET = { writeOnly: true, format: 'password' } as const;

/** What people see in place of a secret. Sent back in an update, it keeps what was. */
export const SHOWN_SECRET = '[secret]';

/** How sealed values begin, wherever they are stored. */
export const SEALED_PREFIX = 'sealed:1:';

export const SECRET_NAMES = 'x-secret-names';
export const INPUTS_OF = 'x-inputs-of';
export const INPUTS_MEMBER = 'x-inputs-member';

/** Names of HTTP headers whose values let people in. */
export const CREDENTIAL_HEADER =
  'authorization|cookie|token|secret|password|credential|signature|api[-_]?key|access[-_]?key|subscription-key|^x-auth';

/** Names of parameters and form fields that do. `next_page_token` and the like do not. */
export const CREDENTIAL_NAME =
  '^(token|signature|sig)$|password|passwd|secret|credential|api[-_]?key|access[-_]?key|(access|refresh|auth|bearer|id|session)[-_]?token';

/** Names of environment variables that do: rather one too many. */
export const CREDENTIAL_VARIABLE = `token|passphrase|pwd|(^|_)key$|dsn$|database_url|${CREDENTIAL_NAME}`;

/** For an object with any members: those are secret whose names match the pattern, whatever their case. */
export function secretNames(pattern: string): Record<string, string> {
  return { [SECRET_NAMES]: pattern };
}

/**
 * For inputs that are handed to another executor: what that one keeps secret is secret here. `executor` names the
 * member beside this one that holds its id; `member` one that may hold the name of the input this value becomes.
 */
export function inputsOf(executor: string, member?: string): Record<string, string> {
  return { [INPUTS_OF]: executor, ...(member === undefined ? {} : { [INPUTS_MEMBER]: member }) };
}

export function isSealed(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith(SEALED_PREFIX);
}
