/** A visitor whose quota is used up: the overview shows it, and what is refused says why. */
import { expect, it } from 'vitest';
import { inBrowser } from './support/in-browser.ts';
import { lookAt } from './support/look-at.ts';

inBrowser(
  'a used quota',
  (walk) => {
    it('is shown, and refuses a study in words', async () => {
      const page = await walk.open('/app/studies', { mayRefuse: /\/personas\/simulate$/ });
      await page.getByLabel('Feature or question').fill('A second study today');
      await page.getByRole('button', { name: 'Start the study' }).click();
      await page.waitForURL(/\/app\/studies\/.+/);
      await page.getByRole('article', { name: 'Report' }).waitFor();
      await page.getByRole('link', { name: 'Studies' }).first().click();
      await page.getByLabel('Feature or question').fill('One too many');
      await page.getByRole('button', { name: 'Start the study' }).click();
      const refusal = page.getByRole('alert');
      await refusal.waitFor();
      expect(await refusal.textContent()).toMatch(/quota|limit/i);
      await lookAt(page, 'studies-refused');
      expect(await page.getByLabel('Feature or question').inputValue()).toBe('One too many');
      await page.getByRole('navigation').getByRole('link', { name: 'Overview' }).click();
      await page.getByText('1 of 1').first().waitFor();
      await page.getByText('Latest studies').waitFor();
      await lookAt(page, 'overview-used');
    });
  },
  { env: { RATE_LIMIT_ENABLED: 'true', RATE_LIMIT_DAILY_PER_USER: '1' } },
);
