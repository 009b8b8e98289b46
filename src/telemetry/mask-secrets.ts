/** Takes secrets out of a finished log line: the last net, for those that arrive inside texts (URLs, error messages). */

const SHOWN = '[secret]';

const PATTERNS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // The password of a connection string: postgres://user:password@host
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"\\]*:)[^\s/@"\\]+(?=@)/gi, `$1${SHOWN}`],
  [/\b(Bearer|Basic) +[\w.~+/=-]{8,}/gi, `$1 ${SHOWN}`],
  [/\b(sk|tg|whsec|xox[abp])([-_])[\w-]{12,}/g, `$1$2${SHOWN}`],
  // A JSON web token
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, SHOWN],
];

/** Keeps JSON valid: only characters inside a string are ever replaced, and by none that needs escaping. */
export function maskSecrets(line: string): string {
  let masked = line;
  for (const [pattern, replacement] of PATTERNS) masked = masked.replace(pattern, replacement);
  return masked;
}
