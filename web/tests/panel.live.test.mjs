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
        await page.locator('.beeper-state[data-sounding="key"]').waitFor();
        let shown = before;
        for (let tries = 0; shown === before && tries < 50; tries += 1) {
            await page.waitForTimeout(100);
            shown = await shownCode();
        }
        assert.notEqual(shown, before);
        await page.locator('.lamp-credit[data-colour="off"]').waitFor();
        // A closed contact is a level line, which has no height to be visible by.
        await page.locator('.output.lit[data-output="active"]').waitFor({ state: 'attached' });

        // From a hand at a cover to the log, the alarm, the relay and the LED.
        await page.getByRole('switch', { name: 'Terminal cover, closed' }).click();
        await page.locator('.event.fresh', { hasText: 'terminal cover opened' }).waitFor();
        await page.locator('#alarm-names', { hasText: 'fraud attempt' }).waitFor();
        await page.locator('.relay-reason', { hasText: 'tampered' }).waitFor();
        await page.locator('.lamp-alarm.lit').waitFor();

        // A module comes up, and outlives nothing: without mains all is dark.
        await page.getByLabel('Kind of module, slot 1').selectOption('rs485');
        await page.getByRole('button', { name: 'Plug in, slot 1' }).click();
        await page.locator('.module[data-slot="1"] .state-lamp[data-state="online"]').waitFor();
        for (const wire of ['L1', 'L2', 'L3']) {
            await page.getByRole('switch', { name: `Mains switch ${wire}, on` }).click();
        }
        await page.locator('.meter.off').waitFor();
        await page.waitForFunction(() => document.querySelectorAll('.lcd .lit, .lamp.lit').length === 0);
        for (const wire of ['L1', 'L2', 'L3']) {
            await page.getByRole('switch', { name: `Mains switch ${wire}, off` }).click();
        }
        await page.locator('.event', { hasText: 'power up' }).waitFor();
        await page.locator('.meter:not(.off) .lcd .lit').first().waitFor();
        assert.deepEqual(complaints, []);
    } finally {
        await browser.close();
    }
});
