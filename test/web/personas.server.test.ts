/** The personas page: found, added, changed, copied, deleted, brought along and taken away. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { inBrowser } from './support/in-browser.ts';
import { lookAt } from './support/look-at.ts';

inBrowser('personas', (walk) => {
  it('shows those that come with the server, to be found by any word', async () => {
    const page = await walk.open('/app/personas');
    await page.getByRole('article').nth(11).waitFor();
    expect(await page.getByRole('article').count()).toBe(12);
    await page.getByText('up to date').waitFor();
    await lookAt(page, 'personas');
    await page.getByLabel('Find a persona').fill('no such words anywhere');
    await page.getByText('No persona fits').waitFor();
    expect(new URL(page.url()).searchParams.get('q')).toBe('no such words anywhere');
  });

  it('adds one, changes it, and deletes it', async () => {
    const page = await walk.open('/app/personas');
    await page.getByRole('button', { name: 'New persona' }).click();
    await lookAt(page, 'personas-new');
    const form = page.getByRole('dialog');
    await form.getByLabel('Name').fill('Noor Haddad');
    await form.getByLabel('Occupation').fill('Pharmacist');
    await form.getByLabel('Location').fill('Amman, Jordan');
    await form.getByLabel('Gets on with technology').selectOption('High');
    await form.getByLabel('Behavioural traits').fill('compares prices\n\n  asks colleagues first ');
    await form.getByRole('button', { name: 'Add persona' }).click();
    const card = page.getByRole('article', { name: 'Noor Haddad' });
    await card.getByText('asks colleagues first').waitFor();
    expect(await card.getByRole('listitem').count()).toBe(2);

    await card.getByRole('button', { name: 'What to do with Noor Haddad' }).click();
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    await form.getByLabel('Location').fill('Irbid, Jordan');
    await form.getByRole('button', { name: 'Save' }).click();
    await card.getByText('Irbid, Jordan').waitFor();

    await card.getByRole('button', { name: 'What to do with Noor Haddad' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await form.getByRole('button', { name: 'Delete' }).click();
    await card.waitFor({ state: 'detached' });
  });

  it('changes a copy of a shipped one, never itself', async () => {
    const page = await walk.open('/app/personas?show=shipped');
    const card = page.getByRole('article').first();
    const name = (await card.getAttribute('aria-label')) ?? '';
    await card.getByRole('button', { name: `What to do with ${name}` }).click();
    expect(await page.getByRole('menuitem').allTextContents()).toEqual(['Duplicate']);
    await page.getByRole('menuitem', { name: 'Duplicate' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Add persona' }).click();
    await page.getByRole('radio', { name: 'Yours' }).click();
    await page.getByRole('article', { name: `${name} (copy)` }).waitFor();
  });

  it('says which field is wrong', async () => {
    const page = await walk.open('/app/personas?edit=new', { mayRefuse: /\/personas$/ });
    const form = page.getByRole('dialog');
    await form.getByLabel('Name').fill('Control\u0007character');
    await form.getByLabel('Occupation').fill('x');
    await form.getByLabel('Location').fill('x');
    await form.getByRole('button', { name: 'Add persona' }).click();
    await form.getByRole('alert').getByText(/name/).waitFor();
  });

  it('exports a file that it takes back', async () => {
    const page = await walk.open('/app/personas');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export' }).click();
    const path = await (await download).path();
    const entries = JSON.parse(await readFile(path, 'utf8')) as { name: string }[];
    expect(entries.length).toBeGreaterThanOrEqual(12);
    await page.getByLabel('A personas.json to import').setInputFiles({
      name: 'personas.json',
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify([{ ...entries[0], name: 'From a file' }])),
    });
    await page.getByRole('article', { name: 'From a file' }).waitFor();
    await page.getByLabel('A personas.json to import').setInputFiles({
      name: 'broken.json',
      mimeType: 'application/json',
      buffer: Buffer.from('[{'),
    });
    await page.getByText('broken.json is not JSON').waitFor();
  });
});
