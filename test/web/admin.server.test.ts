/** With an operator's key the app offers what admins may: restoring personas, changing policies. */
import { expect, it } from 'vitest';
import { inBrowser } from './support/in-browser.ts';
import { lookAt } from './support/look-at.ts';

inBrowser('an admin', (walk) => {
  it('gives a key, restores personas, and makes a policy learn', async () => {
    const page = await walk.open('/app/');
    await page.getByRole('button', { name: 'Use an API key' }).click();
    await page.getByPlaceholder('tg_…').fill(walk.server.app.operatorKey ?? 'no operator key here');
    await page.getByRole('button', { name: 'Use it' }).click();
    await page.getByRole('button', { name: 'Be a guest again' }).waitFor();

    await page.getByRole('navigation').getByRole('link', { name: 'Personas' }).click();
    await page.getByRole('button', { name: 'Back up now' }).click();
    await page.getByText('A backup was written').waitFor();
    await page.getByRole('button', { name: /^Restore/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
    await page.getByText('The personas were restored').waitFor();

    await page.getByRole('navigation').getByRole('link', { name: 'Experiments' }).click();
    await page.getByRole('button', { name: 'Change the policy of Group B' }).click();
    await page.getByLabel('How a style is picked').selectOption('thompson');
    await lookAt(page, 'experiments-policy');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('learns', { exact: true }).waitFor();

    await page.goto('/app/');
    await page.getByRole('button', { name: 'Be a guest again' }).click();
    await page.getByText(/^You are guest:/).waitFor();
  });

  it('is nobody whose key is wrong', async () => {
    const page = await walk.open('/app/', { mayRefuse: /./ });
    await page.getByRole('button', { name: 'Use an API key' }).click();
    await page.getByPlaceholder('tg_…').fill('tg_wrong');
    await page.getByRole('button', { name: 'Use it' }).click();
    await page.getByRole('alert').first().waitFor();
    await page.getByRole('button', { name: 'Be a guest again' }).click();
    await page.getByText(/^You are guest:/).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });
});
