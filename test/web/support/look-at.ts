/** Looks at a page as it stands in three widths and two themes: axe, sideways scrolling, screenshots. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { axeFindings, type Scheme, screenshot, sidewaysPx, WIDTHS, type WidthName } from './browser.ts';

const SCHEMES: readonly Scheme[] = ['light', 'dark'];

export async function lookAt(page: Page, name: string): Promise<void> {
  for (const width of Object.keys(WIDTHS) as WidthName[]) {
    await page.setViewportSize({ width: WIDTHS[width], height: 900 });
    for (const scheme of SCHEMES) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.locator(`html[data-theme=${scheme}]`).waitFor();
      // Colours and sizes have settled when a frame was painted with them.
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
      await screenshot(page, `${name}-${WIDTHS[width]}-${scheme}`);
      // Between the two others in everything that axe looks at.
      if (width !== 'tablet') expect(await axeFindings(page), `${name} ${width} ${scheme}`).toEqual([]);
    }
    expect(await sidewaysPx(page), `${name} at ${width} scrolls sideways`).toBeLessThanOrEqual(0);
  }
  await page.setViewportSize({ width: WIDTHS.laptop, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
}
