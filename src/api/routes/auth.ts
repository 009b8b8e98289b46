/** `GET /auth/auto-login`: web apps ask at their start whether somebody is signed in. The first visit already is. */
import type { ApiDeps } from '../api-deps.ts';
import type { ApiMiddleware } from '../state.ts';

export function autoLoginRoute(deps: ApiDeps): ApiMiddleware {
  const { demoMode } = deps.settings;
  return function autoLogin(context) {
    const { identity } = context.state;
    context.set('Cache-Control', 'no-store');
    context.body = {
      auto_login_enabled: demoMode,
      message: demoMode
        ? 'Auto-login is enabled via browser cookies'
        : 'Auto-login is disabled; you are signed in by your own credential',
      auth_method: identity?.credential === 'header' ? identity.source : 'cookie',
    };
  };
}
