/** What arrives while one looks: a reply word by word from a model, stopped in the middle; a study turn by turn. */
import type { Page } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import { type FakeProvider, startFakeProvider } from '../llm/fake-provider.ts';
import { screenshot } from './support/browser.ts';
import { inBrowser } from './support/in-browser.ts';

const WORDS = Array.from({ length: 30 }, (_, index) => `word${index + 1}`).join(' ');
let provider: FakeProvider;

afterAll(() => provider?.stop());

inBrowser(
  'what is live',
  (walk) => {
    it('shows a reply as the model writes it', async () => {
      const page = await walk.open('/app/conversations');
      const reply = await ask(page, WORDS);
      await reply.getByText(/word5/).waitFor();
      const early = (await reply.textContent()) ?? '';
      expect(early).not.toContain('word30');
      await reply.getByText(/word30/).waitFor();
      await page.getByRole('button', { name: 'Send' }).waitFor();
      expect(await reply.getByText('Demo', { exact: true }).count()).toBe(0);
      expect(await page.getByRole('list', { name: 'Messages' }).locator('> li').count()).toBe(2);
    });

    it('stops it, keeps what was written, and makes it anew', async () => {
      const page = await walk.open('/app/conversations');
      const reply = await ask(page, WORDS);
      await reply.getByText(/word3/).waitFor();
      await screenshot(page, 'conversation-live');
      await page.getByRole('button', { name: 'Stop' }).click();
      await reply.getByText('stopped', { exact: true }).waitFor();
      const kept = (await reply.textContent()) ?? '';
      expect(kept).toContain('word3');
      await reply.hover();
      await reply.getByRole('button', { name: 'Answer anew' }).click();
      await reply.getByText('stopped', { exact: true }).waitFor({ state: 'detached' });
      await reply.getByText(/word30/).waitFor();
    });

    it('goes on with a reply after the page was loaded again in the middle', async () => {
      const page = await walk.open('/app/conversations');
      const reply = await ask(page, WORDS);
      await reply.getByText(/word3/).waitFor();
      await page.reload();
      await reply.getByText(/word30/).waitFor();
      const text = (await reply.locator('p').last().textContent()) ?? '';
      expect(text.match(/word1\b/g)).toHaveLength(1);
    });

    it('counts the turns of a study as they come', async () => {
      const page = await walk.open('/app/studies');
      await page.evaluate(
        `window.seenCounts = new Set();
         new MutationObserver(() => {
           const said = /(\\d+) of \\d+ turns/.exec(document.body.textContent);
           if (said !== null) window.seenCounts.add(said[1]);
         }).observe(document.body, { childList: true, subtree: true, characterData: true });`,
      );
      await page.getByLabel('Feature or question').fill('Reminders that know when I am busy');
      await page.getByLabel('Rounds').selectOption('4');
      await page.getByRole('button', { name: 'Start the study' }).click();
      await page.getByText('12 of 12 turns').waitFor();
      const seen = (await page.evaluate('[...window.seenCounts].map(Number)')) as number[];
      expect(seen.length).toBeGreaterThanOrEqual(3);
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
    });
  },
  async () => {
    provider = await startFakeProvider({
      wordMs: 90,
      // Only conversations have words worth watching; personas and reports answer at once.
      answerTo: ({ body }) =>
        JSON.stringify(body.messages).includes('word1') ? 'slow' : () => 'I would use it daily.',
    });
    return { env: { OPENAI_API_KEY: 'sk-server', OPENAI_BASE_URL: provider.baseUrl, OPENAI_MODEL: 'echo' } };
  },
);

/** Says something in a new conversation; the reply to it. */
async function ask(page: Page, text: string) {
  await page.getByLabel('Message').fill(text);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/app\/conversations\/.+/);
  return page.getByRole('list', { name: 'Messages' }).locator('> li').nth(1);
}
