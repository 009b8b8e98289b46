/** A walk through the web app in a real browser against a real server, page by page. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildWebApp } from '../../scripts/web-build.mjs';
import { startTestServer, type TestServer } from '../support/test-server.ts';
import { findBrowser, launchBrowser, type Visit, visit } from './support/browser.ts';
import { lookAt } from './support/look-at.ts';

const EXPERIMENTS = /\/(ab|policy|leaderboard|engagement|monetization)\b/;

let server: TestServer;
let browser: Browser;
let current: Visit;

const describeWithBrowser = findBrowser() === null ? describe.skip : describe;

describeWithBrowser('the web app', () => {
  beforeAll(async () => {
    expect(await buildWebApp({})).toBeNull();
    [server, browser] = await Promise.all([startTestServer(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });
  afterEach(async () => {
    const { complaints } = current;
    await current.close();
    expect(complaints).toEqual([]);
  });

  it('opens at the overview, which shows the server and the quota', async () => {
    current = await visit(browser, server.url);
    const { page } = current;
    await page.goto('/');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(page.url()).toBe(`${server.url}/app/`);
    await page.getByText('Ready', { exact: true }).waitFor();
    await page.getByText('This server sets no limits.').waitFor();
    await lookAt(page, 'overview');
  });

  it('is walked through with the keyboard alone', async () => {
    current = await visit(browser, server.url, { mayRefuse: EXPERIMENTS });
    const { page } = current;
    await page.goto('/app/');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    await page.getByRole('link', { name: 'Experiments' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
  });

  it('keeps the theme one chose, without a flash at the next load', async () => {
    current = await visit(browser, server.url, { scheme: 'light' });
    const { page } = current;
    await page.goto('/app/');
    await page.getByRole('button', { name: /^Theme: system/ }).click();
    await page.getByRole('button', { name: /^Theme: light/ }).click();
    await page.getByRole('button', { name: /^Theme: dark/ }).waitFor();
    await page.reload({ waitUntil: 'commit' });
    await page.locator('html[data-theme=dark]').waitFor({ state: 'attached' });
  });

  it('opens the navigation behind a button on a phone', async () => {
    current = await visit(browser, server.url, { width: 'phone', mayRefuse: EXPERIMENTS });
    const { page } = current;
    await page.goto('/app/');
    await page.getByRole('button', { name: 'Open the navigation' }).click();
    await page.getByRole('dialog', { name: 'Navigation' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Navigation' }).waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Open the navigation' }).click();
    await page.getByRole('dialog').getByRole('link', { name: 'Experiments' }).click();
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
  });

  it('says so where there is no page', async () => {
    current = await visit(browser, server.url);
    const { page } = current;
    await page.goto('/app/nowhere');
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await page.getByRole('link', { name: 'To the overview' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  });
});
