/** Reading `Cookie`, and writing `Set-Cookie` with the attributes this deployment needs. */

export interface CookieStyle {
  /** `none` for web apps on another site: cookies are then Secure and kept apart by top-level site. */
  readonly sameSite: 'lax' | 'none';
  /** PUBLIC_URL is https. */
  readonly isSecure: boolean;
}

export interface CookieWriter {
  set(name: string, value: string, maxAgeSeconds: number): string;
  /** Must carry the attributes of what it deletes, or browsers keep it. */
  remove(name: string): string;
}

export function createCookieWriter({ sameSite, isSecure }: CookieStyle): CookieWriter {
  const site = sameSite === 'none' ? 'SameSite=None; Secure; Partitioned' : 'SameSite=Lax';
  const attributes = `Path=/; HttpOnly; ${site}${isSecure && sameSite !== 'none' ? '; Secure' : ''}`;
  return {
    set: (name, value, maxAgeSeconds) => `${name}=${value}; Max-Age=${maxAgeSeconds}; ${attributes}`,
    remove: (name) => `${name}=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; ${attributes}`,
  };
}

/** The first value of each name, as browsers send the most specific one first. Values stay as they are. */
export function readCookies(header: string | undefined): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  if (header === undefined) return cookies;
  for (const part of header.split(';')) {
    const at = part.indexOf('=');
    if (at < 1) continue;
    const name = part.slice(0, at).trim();
    const value = part
      .slice(at + 1)
      .trim()
      .replace(/^"(.*)"$/, '$1');
    if (!cookies.has(name)) cookies.set(name, value);
  }
  return cookies;
}
