// Headless Chromium for the page tests: Debian's own, or the one CHROMIUM names.

import { chromium } from 'playwright-core';

export async function launchBrowser() {
    return chromium.launch({
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        headless: true,
        args: [
            '--no-sandbox',
            '--disable-gpu',
            '--disable-quic',
            '--no-first-run',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
            '--disable-dev-shm-usage',
        ],
    });
}

/**
 * A page whose complaints are collected: uncaught errors and everything it writes to the console as an error.
 * @param {import('playwright-core').Browser} browser
 * @param {import('playwright-core').BrowserContextOptions} [options]
 */
export async function openPage(browser, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    const page = await context.newPage();
    /** @type {string[]} */
    const complaints = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
    });
    return { page, complaints, close: () => context.close() };
}

/** @param {import('playwright-core').Page} page */
export async function waitConnected(page) {
    await page.locator('#connection[data-state="connected"]').waitFor();
}
