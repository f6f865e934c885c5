// The page against a real meter. BLATHY_PANEL_URL names its panel; without it there is nothing to test.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launchBrowser, openPage, waitConnected } from './browser.mjs';

const url = process.env.BLATHY_PANEL_URL;

test('the panel of a running meter', { skip: url ? false : 'BLATHY_PANEL_URL is not set' }, async () => {
    const browser = await launchBrowser();
    try {
        const { page, complaints } = await openPage(browser);
        await page.goto(String(url));
        await waitConnected(page);
        await page.locator('[data-digit] .segment.lit').first().waitFor();

        const current = page.getByLabel(/^Current L1?, A$/);
        await current.fill('50');
        await current.press('Enter');
        await page.waitForFunction(() => {
            const text = document.querySelector('[data-value="i-1"]')?.textContent ?? '';
            return Math.abs(Number(text) / 50 - 1) < 0.005;
        });

        // What the display shows next, it shows under another OBIS code; which one is the meter's affair.
        const shownCode = () =>
            page
                .locator('[data-code]')
                .evaluateAll((digits) =>
                    digits
                        .map((digit) =>
                            [...digit.querySelectorAll('.segment')]
                                .map((segment) => Number(segment.classList.contains('lit')))
                                .join(''),
                        )
                        .join(' '),
                );
        const before = await shownCode();
        await page.getByRole('button', { name: 'Display button' }).click({ delay: 150 });
        let shown = before;
        for (let tries = 0; shown === before && tries < 50; tries += 1) {
            await page.waitForTimeout(100);
            shown = await shownCode();
        }
        assert.notEqual(shown, before);
        assert.deepEqual(complaints, []);
    } finally {
        await browser.close();
    }
});
