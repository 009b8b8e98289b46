/** An API key somebody has given in place of the guest's session. It lives as long as the tab. */

const KEY = 'taskgrove-api-key';
/** Where storage is forbidden it lives until the next load. */
let held: string | null = null;

export const apiKey = {
  current(): string | null {
    try {
      return sessionStorage.getItem(KEY) ?? held;
    } catch {
      return held;
    }
  },
  /** null forgets it. */
  set(key: string | null): void {
    held = key;
    try {
      if (key === null) sessionStorage.removeItem(KEY);
      else sessionStorage.setItem(KEY, key);
    } catch {
      // `held` has it.
    }
  },
  headers(): Record<string, string> {
    const key = apiKey.current();
    return key === null ? {} : { 'x-api-key': key };
  },
};
