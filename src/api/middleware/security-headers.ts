/**
 * Headers a browser acts on. Pages get all of helmet with a strict policy; JSON answers get the few that matter to
 * them, set straight, because every call of the API pays for them.
 */
import helmet from 'koa-helmet';
import type { ApiMiddleware } from '../state.ts';

export function securityHeaders(options: { readonly isHttps: boolean }): ApiMiddleware {
  const page = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // Over plain HTTP the header would be ignored, and on localhost it would lock the name to https.
    strictTransportSecurity: options.isHttps,
    // Other origins that CORS allows must be able to read answers.
    crossOriginResourcePolicy: { policy: 'cross-origin' },
  }) as unknown as ApiMiddleware;

  return function securityHeadersMiddleware(context, next) {
    if (context.method !== 'POST') return page(context, next);
    context.res.setHeader('X-Content-Type-Options', 'nosniff');
    context.res.setHeader('Cache-Control', 'no-store');
    return next();
  };
}
