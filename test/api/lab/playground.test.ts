/** The playground in a browser: what it shows on arrival, the teapot, feedback; in three widths, light and dark. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  axeFindings,
  findBrowser,
  launchBrowser,
  type Scheme,
  screenshot,
  visit,
  WIDTHS,
  type WidthName,
} from '../../web/support/browser.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { startTestApi, type TestApi } from '../support/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi(createMemoryStore());
});
afterAll(() => api.stop());

test('the page names what its clients look for, and has no inline code', async () => {
  const response = await fetch(`${api.url}/fun/playground`);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
  const page = await response.text();
  for (const marker of ['Persona Lab — Playground', 'brew-418', '/fun/motd', '/fun/teapot'])
    expect(page).toContain(marker);
  expect(page).not.toMatch(/<script(?![^>]*src=)|<style| on\w+=/);
});

describe.skipIf(findBrowser() === null)('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  test('predicts on arrival, brews, and sends feedback about what it showed', async () => {
    const { page, complaints, close } = await visit(browser, api.url, { mayRefuse: /\/fun\/teapot$/ });
    await page.goto('/fun/playground');
    await page.locator('#answer').filter({ hasText: 'Hello!' }).waitFor();
    expect(await page.locator('#quote').textContent()).not.toBe('…');
    expect(await page.locator('#session').textContent()).toMatch(/^sess-/);
    await page.getByRole('button', { name: 'Brew a 418' }).click();
    await page.locator('#teapot').filter({ hasText: "418: I'm a teapot" }).waitFor();
    await page.getByLabel('Notes, if you like').fill('quite good');
    await page.getByRole('button', { name: /Good/ }).click();
    await page.locator('#toast').filter({ hasText: 'Thanks' }).waitFor();
    await page.locator('#count').filter({ hasText: '1' }).waitFor();
    expect(await page.locator('#average').textContent()).toBe('5.00');
    const session = await page.locator('#session').textContent();
    await page.reload();
    expect(await page.locator('#session').textContent()).toBe(session);
    const summary = (await (await fetch(`${api.url}/engagement/summary`)).json()) as {
      recent: Record<string, unknown>[];
    };
    expect(summary.recent[0]).toMatchObject({ score: 5, notes: 'quite good', session_id: session });
    expect(summary.recent[0]?.['interaction_id']).not.toBeNull();
    expect(complaints).toEqual([]);
    await close();
  });

  const looks = (Object.keys(WIDTHS) as WidthName[]).flatMap((width) =>
    (['light', 'dark'] as Scheme[]).map((scheme) => ({ width, scheme })),
  );
  test.each(looks)('is readable: $width, $scheme', async ({ width, scheme }) => {
    const { page, close } = await visit(browser, api.url, { width, scheme });
    await page.goto('/fun/playground');
    await page.locator('#answer').filter({ hasText: 'Hello!' }).waitFor();
    await screenshot(page, `playground-${width}-${scheme}`);
    expect(await axeFindings(page)).toEqual([]);
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
    await close();
  });
});
