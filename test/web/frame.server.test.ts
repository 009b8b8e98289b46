/** The frame of the web app in a real browser: where one arrives, navigation, keyboard, themes, unknown addresses. */
import { expect, it } from 'vitest';
import { inBrowser } from './support/in-browser.ts';
import { lookAt } from './support/look-at.ts';

inBrowser('the frame', (walk) => {
  it('opens at the overview, which shows the server and the quota', async () => {
    const page = await walk.open('/');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(page.url()).toBe(`${walk.server.url}/app/`);
    await page.getByText('Ready', { exact: true }).waitFor();
    await page.getByText('This server sets no limits.').waitFor();
    await lookAt(page, 'overview');
  });

  it('is walked through with the keyboard alone', async () => {
    const page = await walk.open('/app/');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    await page.getByRole('navigation').getByRole('link', { name: 'Experiments' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
  });

  it('keeps the theme one chose, without a flash at the next load', async () => {
    const page = await walk.open('/app/', { scheme: 'light' });
    await page.getByRole('button', { name: /^Theme: system/ }).click();
    await page.getByRole('button', { name: /^Theme: light/ }).click();
    await page.getByRole('button', { name: /^Theme: dark/ }).waitFor();
    await page.reload({ waitUntil: 'commit' });
    await page.locator('html[data-theme=dark]').waitFor({ state: 'attached' });
  });

  it('opens the navigation behind a button on a phone', async () => {
    const page = await walk.open('/app/', { width: 'phone' });
    const drawer = page.getByRole('dialog', { name: 'Navigation' });
    await page.getByRole('button', { name: 'Open the navigation' }).click();
    await drawer.waitFor();
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Open the navigation' }).click();
    await drawer.getByRole('link', { name: 'Experiments' }).click();
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
  });

  it('says so where there is no page', async () => {
    const page = await walk.open('/app/nowhere');
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await page.getByRole('link', { name: 'To the overview' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  });
});
