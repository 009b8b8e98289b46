/**
 * The CSRF rule: browsers send cookies, and anonymous requests, for any page that asks them to. What such a request
 * changes must come from a page of ours or of a listed origin, and be JSON, which other sites cannot send unasked.
 */
import { AppError } from '../../core/errors.ts';
import type { Identity } from '../../ports/identity.ts';
import type { ApiSettings } from '../api-deps.ts';
import type { ApiContext } from '../state.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The check throws `forbidden`. A credential in a header is never sent unasked, so it passes. */
export function createOriginCheck(
  settings: Pick<ApiSettings, 'corsOrigins' | 'publicUrl'>,
): (context: ApiContext, identity: Identity) => void {
  const origins = settings.corsOrigins === '*' ? ['*'] : settings.corsOrigins;
  const listed = new Set(origins.map((origin) => origin.toLowerCase().replace(/\/$/, '')));
  const own = settings.publicUrl === null ? null : new URL(settings.publicUrl).origin;

  function isOwn(origin: string, host: string | undefined): boolean {
    if (origin === own) return true;
    return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase();
  }

  return (context, identity) => {
    if (identity.credential === 'header' || SAFE.has(context.method)) return;
    const { origin, host } = context.headers;
    const isCookie = identity.credential === 'cookie';
    // Every origin may be listed, but never together with credentials.
    const isListed =
      origin !== undefined && (listed.has(origin.toLowerCase()) || (!isCookie && listed.has('*')));
    if (origin !== undefined && !isListed && !isOwn(origin, host))
      throw new AppError(
        'forbidden',
        `Pages of ${origin.slice(0, 200)} may not call this server with your session; add the origin to CORS_ORIGINS`,
      );
    if ((isCookie || origin !== undefined) && hasBody(context) && !isJson(context))
      throw new AppError(
        'forbidden',
        'With a session the body must be sent as Content-Type: application/json',
      );
  };
}

function hasBody({ headers }: ApiContext): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function isJson({ headers }: ApiContext): boolean {
  return /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '');
}
