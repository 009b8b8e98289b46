/** The playground and its two files. */
import type { LabRoute } from '../lab-route.ts';
import { PLAYGROUND_PAGE } from './playground-page.ts';
import { PLAYGROUND_SCRIPT } from './playground-script.ts';
import { PLAYGROUND_STYLE } from './playground-style.ts';

export function playgroundRoutes(): LabRoute[] {
  return [
    file('/fun/playground', 'text/html; charset=utf-8', PLAYGROUND_PAGE),
    file('/fun/playground.css', 'text/css; charset=utf-8', PLAYGROUND_STYLE),
    file('/fun/playground.js', 'text/javascript; charset=utf-8', PLAYGROUND_SCRIPT),
  ];
}

function file(path: string, contentType: string, body: string): LabRoute {
  return {
    method: 'GET',
    path,
    answer(context) {
      context.set('Content-Type', contentType);
      context.body = body;
    },
  };
}
