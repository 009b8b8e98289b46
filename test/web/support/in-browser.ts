/** A server and a browser for a file of walks; each walk ends with a look at what the browser complained about. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { buildWebApp } from '../../../scripts/web-build.mjs';
import { startTestServer, type TestServer, type TestServerOptions } from '../../support/test-server.ts';
import { findBrowser, launchBrowser, type Visit, type VisitOptions, visit } from './browser.ts';

export interface InBrowser {
  readonly server: TestServer;
  /** A page of a visitor of its own, at an address of the app. */
  open(path: string, options?: VisitOptions): Promise<Page>;
}

/** Skipped where there is no Chromium. */
export function inBrowser(
  name: string,
  tests: (walk: InBrowser) => void,
  options: TestServerOptions | (() => Promise<TestServerOptions>) = {},
): void {
  (findBrowser() === null ? describe.skip : describe)(name, () => {
    let server: TestServer;
    let browser: Browser;
    let visits: Visit[] = [];

    beforeAll(async () => {
      expect(await buildWebApp({})).toBeNull();
      const given = typeof options === 'function' ? await options() : options;
      [server, browser] = await Promise.all([startTestServer(given), launchBrowser()]);
    });
    afterAll(async () => {
      await browser?.close();
      await server?.stop();
    });
    afterEach(async () => {
      const complaints = visits.flatMap((one) => one.complaints);
      await Promise.all(visits.map((one) => one.close()));
      visits = [];
      expect(complaints).toEqual([]);
    });

    tests({
      get server() {
        return server;
      },
      open: async (path, visitOptions = {}) => {
        const one = await visit(browser, server.url, visitOptions);
        visits.push(one);
        await one.page.goto(path);
        return one.page;
      },
    });
  });
}
