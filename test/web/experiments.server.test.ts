/** The experiments page: empty, tried out, rated, reset. */
import { expect, it } from 'vitest';
import { inBrowser } from './support/in-browser.ts';
import { lookAt } from './support/look-at.ts';

inBrowser('experiments', (walk) => {
  it('begins empty and says how to begin', async () => {
    const page = await walk.open('/app/experiments');
    await page.getByText('No feedback in this time').waitFor();
    await page.getByText('Nobody has asked yet.').waitFor();
    await page.getByText('No answers in this time.').waitFor();
    await lookAt(page, 'experiments-empty');
  });

  it('asks, rates, and counts both', async () => {
    for (const [index, user_id] of ['alice', 'bob', 'carol', 'dave', 'erin', 'bob'].entries()) {
      const answer = await post('/predict_ab', { user_id, prompt: 'Hello' });
      const { interaction_id } = (await answer.json()) as { interaction_id: string };
      await post('/feedback', {
        interaction_id,
        score: 1 + (index % 5),
        notes: index % 2 ? '' : 'Quick and clear',
      });
    }
    const page = await walk.open('/app/experiments');
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByText(/^\[(SERIOUS|PLAYFUL)\]/).waitFor();
    await page.getByLabel('Note').fill('From the page');
    await page
      .getByRole('group', { name: 'Rate the answer' })
      .getByRole('button', { name: '5 of 5' })
      .click();
    await page.getByText('You gave it 5 of 5.').waitFor();
    await page.getByText('From the page').waitFor();
    await page.getByText('Group A', { exact: true }).first().waitFor();
    await page
      .getByRole('row', { name: /serious|playful/ })
      .first()
      .waitFor();
    const chart = page.getByRole('img', { name: /^Ratings by score/ });
    expect(await chart.getAttribute('aria-label')).toContain('5: 2');
    await lookAt(page, 'experiments');
  });

  it('sets the counts to zero once one has confirmed it', async () => {
    const page = await walk.open('/app/experiments');
    await page.getByText('Group A', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Reset counts' }).click();
    const dialog = page.getByRole('dialog', { name: 'Reset the counts?' });
    await lookAt(page, 'experiments-reset');
    await dialog.getByRole('button', { name: 'Reset counts' }).click();
    await page.getByText('Nobody has asked yet.').waitFor();
  });

  async function post(path: string, body: unknown): Promise<Response> {
    return fetch(walk.server.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }
});
