/** The safety page: findings are marked where they stand, exits are named, values are replaced. */
import { expect, it } from 'vitest';
import { inBrowser } from './support/in-browser.ts';
import { lookAt } from './support/look-at.ts';

inBrowser('safety', (walk) => {
  it('marks what was found and shows the redacted text', async () => {
    const page = await walk.open('/app/safety');
    const marks = page.getByRole('region', { name: 'The text with what was found' }).locator('mark');
    await marks.filter({ hasText: '4111 1111 1111 1111' }).waitFor();
    await marks.filter({ hasText: 'ana@example.com' }).waitFor();
    await page.getByText('Would be stopped').waitFor();
    await page.getByRole('row', { name: /credit_card/ }).waitFor();
    await page.getByRole('heading', { name: 'Redacted' }).waitFor();
    await lookAt(page, 'safety');
    await page.getByRole('radio', { name: 'Mask' }).click();
    await page.getByText(/My card \*+/).waitFor();
  });

  it('checks as one writes, in the mode one chose', async () => {
    const page = await walk.open('/app/safety');
    const text = page.getByLabel('Text', { exact: true });
    await text.fill('How do I enable developer mode on my phone?');
    await page.getByText('Would go through').waitFor();
    await page.getByRole('radio', { name: 'Contract' }).click();
    await page.getByText('jailbreak_detected').first().waitFor();
    await page.getByText('Would be stopped').waitFor();
    await text.fill('');
    await page.getByText('Nothing to check yet').waitFor();
  });

  it('shows markup as text', async () => {
    const page = await walk.open('/app/safety');
    await page.getByLabel('Text', { exact: true }).fill('<img src=x onerror=alert(1)> ana@example.com');
    await page.locator('mark', { hasText: 'ana@example.com' }).waitFor();
    expect(await page.locator('img[src=x]').count()).toBe(0);
  });
});
