// The page against a mock meter, in a real browser: everything shown and sent is what the protocol says.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { launchBrowser, openPage, waitConnected } from './browser.mjs';
import { annunciatorMemory, eventRow, logMessages, readDigits, scenario, segmentMemory, state, tick } from './mock-messages.mjs';
import { annunciator_names, helloOf102, helloOf302, MockMeter } from './mock-meter.mjs';

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {MockMeter} */
let mock;
/** @type {Awaited<ReturnType<typeof openPage>>} */
let opened;
/** @type {import('playwright-core').Page} */
let page;

before(async () => {
    browser = await launchBrowser();
});
after(() => browser.close());

/** @param {import('playwright-core').BrowserContextOptions} [options] */
async function start(hello = helloOf302(), options = {}) {
    mock = new MockMeter(hello);
    const url = await mock.listen();
    opened = await openPage(browser, options);
    page = opened.page;
    await page.goto(url);
    await waitConnected(page);
}

async function stop() {
    const { complaints } = opened;
    await opened.close();
    await mock.close();
    return complaints;
}

/** Sends and waits until the page has taken the message in, told by the clock of a marked tick after it. */
async function settled(message = tick()) {
    mock.send(message);
    const second = String(Math.floor(Math.random() * 9000) + 1000);
    mock.send({
        ...message,
        type: 'tick',
        time: `${second}-01-01T00:00:00+00:00`,
        leds: { active: [], reactive: [], alarm: false, credit: null },
        outputs: { active: [], reactive: [] },
        sounds: [],
    });
    await page.locator('#clock', { hasText: second }).waitFor();
}

/**
 * The messages of a type once there are so many. What never comes must fail rather than hang.
 * @param {number} count
 * @param {string} type
 */
async function received(count, type) {
    for (let tries = 0; tries < 1000; tries += 1) {
        const messages = mock.received.filter((message) => message.type === type);
        if (messages.length >= count) return messages;
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return assert.fail(`the page did not send ${count} messages "${type}"`);
}

/** @param {'digit' | 'code'} kind */
function litDigits(kind) {
    return page
        .locator(`[data-${kind}]`)
        .evaluateAll((digits) =>
            digits.map((digit) =>
                [...digit.querySelectorAll('.segment.lit')].map(
                    (segment) => segment.getAttribute('data-segment') ?? '',
                ),
            ),
        );
}

function litAnnunciators() {
    return page
        .locator('[data-annunciator].lit')
        .evaluateAll((marks) => marks.map((mark) => mark.getAttribute('data-annunciator') ?? ''));
}

/** Has the page count in `data-flashes` how often each pulse LED lights up. */
async function countFlashes() {
    await page.evaluate(() => {
        for (const kind of ['active', 'reactive']) {
            const lamp = document.querySelector(`.lamp-${kind}`);
            if (!lamp) throw new Error(`no LED ${kind}`);
            let lit = false;
            lamp.setAttribute('data-flashes', '0');
            new MutationObserver(() => {
                const now = lamp.classList.contains('lit');
                if (now && !lit)
                    lamp.setAttribute('data-flashes', String(Number(lamp.getAttribute('data-flashes')) + 1));
                lit = now;
            }).observe(lamp, { attributes: true, attributeFilter: ['class'] });
        }
    });
}

/** @param {string} key */
async function value(key) {
    const text = (await page.locator(`[data-value="${key}"]`).textContent()) ?? '';
    return text.replace('\u2212', '-');
}

describe('the panel of an SED302', () => {
    beforeEach(() => start());
    afterEach(async () => assert.deepEqual(await stop(), []));

    test('the glass reads what the segment memory holds', async () => {
        await settled();
        assert.equal(readDigits(await litDigits('digit')), '  1234.56');
        assert.equal(readDigits(await litDigits('code')), '   1.8.0');
        assert.deepEqual(await litAnnunciators(), ['L1', 'L2', 'L3', 'P+', 'Q+', 'T1', 'k', 'W', 'h']);
        assert.equal(await page.locator('.lcd.backlight').count(), 1);
        assert.equal(await page.locator('.lcd text').count(), 0, 'nothing in the glass is written as text');
    });

    test('each bit of the segment memory lights its own segment and no other', async () => {
        const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'point'];
        for (let bit = 0; bit < 8; bit += 1) {
            const message = tick();
            const place = bit % 8;
            const digits = new Uint8Array(10);
            digits[place] = 1 << bit;
            message.lcd = {
                digits: Buffer.from(digits).toString('hex'),
                code: Buffer.from([0, 0, 0, 0, 0, 1 << bit]).toString('hex'),
                annunciators: '',
                backlight: false,
            };
            await settled(message);
            const digit = (await litDigits('digit')).map((lit) => lit.join());
            assert.deepEqual(
                digit,
                Array.from({ length: 8 }, (_, at) => (at === place ? names[bit] : '')),
            );
            assert.deepEqual((await litDigits('code'))[5], [names[bit]]);
        }
        for (const name of annunciator_names) {
            const message = tick();
            message.lcd = { digits: '', code: '', annunciators: annunciatorMemory(name), backlight: false };
            await settled(message);
            assert.deepEqual(await litAnnunciators(), [name]);
        }
        assert.equal(await page.locator('.lcd.backlight').count(), 0);
    });

    test('a LED flashes once for each pulse', async () => {
        await countFlashes();
        for (let round = 0; round < 10; round += 1) {
            mock.send({ ...tick(), leds: { active: [75, 25], reactive: round === 4 ? [50] : [], alarm: true, credit: null } });
            await page.waitForTimeout(100);
        }
        // Pulses closer together than a flash lasts are still so many flashes.
        mock.send({ ...tick(), leds: { active: [20, 16, 12, 8, 4], reactive: [], alarm: true, credit: null } });
        await page.locator('.lamp-active[data-flashes="25"]').waitFor();
        await page.waitForTimeout(500);
        assert.equal(await page.locator('.lamp-active').getAttribute('data-flashes'), '25');
        assert.equal(await page.locator('.lamp-reactive').getAttribute('data-flashes'), '1');
        assert.equal(await page.locator('.lamp-active.lit, .lamp-reactive.lit').count(), 0);
        assert.equal(await page.locator('.lamp-alarm.lit').count(), 1);
    });

    test('the credit LED has two colours, and the outputs close once for each pulse', async () => {
        const credit = page.getByRole('img', { name: /^LED credit/ });
        for (const colour of ['green', 'red', 'off']) {
            mock.send({ ...tick(), leds: { active: [], reactive: [], alarm: false, credit: colour } });
            await page.locator(`.lamp-credit[data-colour="${colour}"]`).waitFor();
            assert.equal(await page.locator('.lamp-credit.lit').count(), colour === 'off' ? 0 : 1);
            assert.equal(await credit.getAttribute('aria-label'), `LED credit, ${colour}`);
        }
        await page.evaluate(() => {
            for (const contact of document.querySelectorAll('.output')) {
                contact.setAttribute('data-closings', '0');
                let closed = false;
                new MutationObserver(() => {
                    const now = contact.classList.contains('lit');
                    if (now && !closed)
                        contact.setAttribute('data-closings', String(Number(contact.getAttribute('data-closings')) + 1));
                    closed = now;
                }).observe(contact, { attributes: true, attributeFilter: ['class'] });
            }
        });
        for (let round = 0; round < 5; round += 1) {
            mock.send({ ...tick(), outputs: { active: [80], reactive: round === 2 ? [40] : [] } });
            await page.waitForTimeout(100);
        }
        await page.locator('[data-output="active"][data-closings="5"]').waitFor();
        await page.locator('[data-output="reactive"][data-closings="1"]').waitFor();
    });

    test('the beeper shows what it plays, and is heard only where somebody asked for it', async () => {
        await page.evaluate(() => {
            const started = /** @type {number[]} */ ([]);
            Object.assign(window, { started });
            const start = OscillatorNode.prototype.start;
            /** @this {OscillatorNode} @param {number} [when] */
            OscillatorNode.prototype.start = function (when) {
                started.push(this.frequency.value);
                start.call(this, when);
            };
        });
        const played = () => page.evaluate(() => Reflect.get(window, 'started').length);
        const state = page.locator('.beeper-state');
        assert.equal(await state.textContent(), 'silent');
        mock.send({ ...tick(), sounds: ['key', 'alarm'] });
        await page.locator('.beeper-state[data-sounding="key alarm"]').waitFor();
        assert.equal(await state.textContent(), 'a button, alarm');
        assert.equal(await played(), 0);
        await page.locator('.beeper-state[data-sounding=""]').waitFor();
        const button = page.getByRole('button', { name: 'Play its sounds' });
        await button.click();
        assert.equal(await button.getAttribute('aria-pressed'), 'true');
        mock.send({ ...tick(), sounds: ['done'] });
        await page.locator('.beeper-state[data-sounding="done"]').waitFor();
        assert.equal(await played(), 2);
        await button.click();
        assert.equal(await button.getAttribute('aria-pressed'), 'false');
        mock.send({ ...tick(), sounds: ['refused'] });
        await page.locator('.beeper-state[data-sounding="refused"]').waitFor();
        assert.equal(await played(), 2);
    });

    test('the front plate states the nominal data', async () => {
        const plate = (await page.locator('.meter').textContent()) ?? '';
        for (const text of [
            'SED302',
            '3x230/400 V  5(100) A  50 Hz',
            '1000 imp/kWh',
            '1000 imp/kvarh',
            'S0 500/kWh',
            'S0 500/kvarh',
            'No. 30200012345678',
        ]) {
            assert.ok(plate.includes(text), text);
        }
        const labels = await page.locator('.terminal-label').allTextContents();
        assert.deepEqual(labels, ['L1', 'L1', 'L2', 'L2', 'L3', 'L3', 'N', 'N']);
    });

    test('the display button is pressed as long as pointer or key holds it', async () => {
        const button = page.getByRole('button', { name: 'Display button' });
        await button.hover();
        await page.mouse.down();
        assert.deepEqual((await received(1, 'button'))[0], { type: 'button', button: 'display', pressed: true });
        await page.mouse.up();
        await button.focus();
        await page.keyboard.down('Enter');
        await received(3, 'button');
        await page.keyboard.up('Enter');
        const pressed = (await received(4, 'button')).map((message) => message.pressed);
        assert.deepEqual(pressed, [true, false, true, false]);
    });

    test('the reset button answers only behind its opened seal', async () => {
        const button = page.getByRole('button', { name: 'Demand reset button' });
        await button.focus();
        await page.keyboard.press('Enter');
        await page.getByRole('button', { name: 'Seal of the reset button' }).click();
        await button.click();
        const messages = await received(2, 'button');
        assert.deepEqual(messages, [
            { type: 'button', button: 'reset', pressed: true },
            { type: 'button', button: 'reset', pressed: false },
        ]);
    });

    test('controls say what was set', async () => {
        await page.getByLabel('Current L1, A').fill('50');
        await page.keyboard.press('Enter');
        assert.deepEqual((await received(1, 'phase')).at(-1), { type: 'phase', phase: 1, current: 50 });
        await page.getByLabel('Voltage L2, slider').fill('0');
        assert.deepEqual((await received(2, 'phase')).at(-1), { type: 'phase', phase: 2, voltage: 0 });
        await page.getByLabel('Power factor L3', { exact: true }).fill('0.5');
        await page.keyboard.press('Enter');
        assert.deepEqual((await received(3, 'phase')).at(-1), { type: 'phase', phase: 3, power_factor: 0.5 });
        await page.getByRole('radiogroup', { name: 'Kind of load L1' }).getByLabel('capacitive').check();
        assert.deepEqual((await received(4, 'phase')).at(-1), { type: 'phase', phase: 1, inductive: false });
        await page.getByRole('radiogroup', { name: 'Direction of energy L2' }).getByLabel('export').check();
        assert.deepEqual((await received(5, 'phase')).at(-1), { type: 'phase', phase: 2, export: true });
        await page.getByLabel('Frequency, Hz').fill('49.5');
        await page.keyboard.press('Enter');
        assert.deepEqual(await received(1, 'mains'), [{ type: 'mains', frequency: 49.5 }]);
        await page.getByText('Simulated household').click();
        assert.deepEqual(await received(1, 'household'), [{ type: 'household', on: true }]);
    });

    test('the current slider is logarithmic from zero to Imax', async () => {
        const slider = page.getByLabel('Current L1, slider');
        /** @type {unknown[]} */
        const currents = [];
        for (const [index, position] of ['1000', '0', '500', '501'].entries()) {
            await slider.fill(position);
            currents.push((await received(index + 1, 'phase')).at(-1)?.current);
        }
        assert.equal(currents[0], 100);
        assert.equal(currents[1], 0);
        const middle = Math.sqrt(100 * 0.002);
        assert.ok(Math.abs(Number(currents[2]) / middle - 1) < 0.02, String(currents[2]));
        assert.ok(Number(currents[3]) > Number(currents[2]));
    });

    test('an entry that is no value is not sent, and the field returns to the truth', async () => {
        const entry = page.getByLabel('Voltage L1, V');
        await entry.fill('-1');
        await page.keyboard.press('Enter');
        await page.getByLabel('Voltage L3, V').fill('231');
        await page.keyboard.press('Enter');
        assert.deepEqual(await received(1, 'phase'), [{ type: 'phase', phase: 3, voltage: 231 }]);
        assert.equal(await entry.inputValue(), '230');
    });

    test('controls follow what another page set', async () => {
        const { controls } = helloOf302();
        const first = controls.phases[0];
        assert.ok(first);
        Object.assign(first, { current: 12.34, voltage: 207, inductive: false, export: true });
        mock.send({ type: 'controls', controls: { ...controls, frequency: 50.4, household: true } });
        await settled();
        assert.equal(await page.getByLabel('Current L1, A').inputValue(), '12.34');
        assert.equal(await page.getByLabel('Voltage L1, V').inputValue(), '207');
        assert.equal(await page.getByLabel('Frequency, Hz').inputValue(), '50.4');
        const kind = page.getByRole('radiogroup', { name: 'Kind of load L1' });
        assert.ok(await kind.getByLabel('capacitive').isChecked());
        assert.ok(
            await page.getByRole('radiogroup', { name: 'Direction of energy L1' }).getByLabel('export').isChecked(),
        );
        assert.ok(await page.getByRole('switch', { name: 'Simulated household' }).isChecked());
        assert.deepEqual(mock.received, [], 'following sends nothing back');
    });

    test('the table shows every value with its sign and decimals', async () => {
        await settled();
        const shown = {
            'v-1': '230.12',
            'i-2': '3.001',
            'p-3': '-1759.0',
            'q-1': '360.2',
            's-2': '689.8',
            'pf-3': '-0.950',
            'angle_v-1': '0.0', // 359.97 rounds to a whole turn
            'angle_v-2': '120.1',
            'angle_i-3': '198.2',
            'p-total': '-10.4',
            'q-total': '-2.6',
            's-total': '3693.0',
            'pf-total': '-0.003',
            frequency: '49.987',
            neutral: '12.345',
            active_import: '1234.568',
            active_export: '0.321',
            reactive_import: '4.567',
            reactive_export: '0.000',
        };
        for (const [key, text] of Object.entries(shown)) assert.equal(await value(key), text, key);
    });

    test('phasors point where the angles say', async () => {
        await settled();
        const angles = await page.locator('[data-phasor]').evaluateAll((phasors) =>
            phasors.map((phasor) => {
                const arrow = phasor.querySelector('path');
                if (!(arrow instanceof SVGPathElement)) throw new Error('no arrow');
                const matrix = arrow.getCTM();
                const ring = arrow.ownerSVGElement?.querySelector('circle')?.getCTM();
                if (!matrix || !ring) throw new Error('not drawn');
                const tip = arrow.getPointAtLength(1).matrixTransform(matrix);
                const degrees = (Math.atan2(tip.x - ring.e, ring.f - tip.y) * 180) / Math.PI;
                return [phasor.getAttribute('data-phasor'), Math.round(((degrees + 360) % 360) * 10) / 10];
            }),
        );
        const expected = new Map([
            ['V1', 0],
            ['V2', 120.1],
            ['V3', 239.8],
            ['I1', 18.2],
            ['I2', 138.3],
            ['I3', 78],
        ]);
        assert.equal(angles.length, expected.size);
        for (const [name, angle] of angles) {
            const off = Math.abs(Number(angle) - (expected.get(String(name)) ?? NaN)) % 360;
            assert.ok(Math.min(off, 360 - off) < 0.15, `${name} at ${angle}`);
        }
        assert.equal(await page.locator('.phasor-sequence').getAttribute('data-sequence'), 'forward');

        const swapped = tick();
        for (const [index, angle] of [0, 240, 120].entries())
            Object.assign(swapped.phases[index] ?? {}, { angle_v: angle });
        await settled(swapped);
        assert.equal(await page.locator('.phasor-sequence').getAttribute('data-sequence'), 'reverse');
    });

    test('waves and curves are drawn', async () => {
        const samples = Array.from({ length: 160 }, (_, n) => 325 * Math.sin((2 * Math.PI * n) / 80));
        mock.send({
            type: 'wave',
            rate: 4000,
            v: [samples, samples, samples],
            i: [samples, samples, samples],
            neutral: samples,
        });
        await settled();
        const inked = await page.locator('.u-wrap canvas').evaluateAll((canvases) =>
            canvases.map((canvas) => {
                if (!(canvas instanceof HTMLCanvasElement)) throw new Error('no canvas');
                const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? {
                    data: [],
                };
                return data.some((octet) => octet !== 0);
            }),
        );
        assert.deepEqual(inked, [true, true, true, true]);
    });

    test('a log row opens to octets and tree, and a node marks its octets', async () => {
        const { request, response } = logMessages();
        mock.send(request);
        mock.send(response);
        await settled();
        const rows = page.locator('.log-entry');
        assert.equal(await rows.count(), 2);
        assert.match(
            (await rows.nth(0).textContent()) ?? '',
            /12:34:56\.791.*127\.0\.0\.1:53412.*read-write-denied.*error/,
        );
        assert.ok(await rows.nth(0).evaluate((row) => row.classList.contains('has-error')));
        assert.ok(!(await rows.nth(1).evaluate((row) => row.classList.contains('has-error'))));

        const asked = rows.nth(1);
        await asked.locator('.log-row').click();
        const octets = await asked.locator('.octet').allTextContents();
        assert.equal(octets.join(''), 'C001C100030100010800FF0200');
        await asked.getByRole('treeitem', { name: 'instance-id' }).hover();
        assert.equal((await asked.locator('.octet.hit').allTextContents()).join(' '), '01 00 01 08 00 FF');
        await page.keyboard.press('Tab');
        await asked.getByRole('treeitem', { name: 'class-id' }).click();
        await page.mouse.move(0, 0);
        assert.equal(
            (await asked.locator('.octet.hit').allTextContents()).join(' '),
            '00 03',
            'a chosen node stays marked',
        );
        await page.keyboard.press('ArrowDown');
        assert.equal((await asked.locator('.octet.hit').allTextContents()).join(' '), '01 00 01 08 00 FF');
        await asked.locator('.octet').nth(11).hover();
        assert.match(
            (await asked.locator('.tree li.hit').textContent()) ?? '',
            /attribute-id/,
            'an octet marks its node',
        );

        const answered = rows.nth(0);
        await answered.locator('.log-row').click();
        await answered.locator('.node-error').hover();
        assert.equal((await answered.locator('.octet.hit-error').allTextContents()).join(' '), '01 03');
        await answered.locator('.log-row').click();
        assert.ok(await answered.locator('.log-detail').isHidden());
    });

    test('the log is bounded, can be held still and cleared', async () => {
        const { request } = logMessages();
        for (let n = 1; n <= 620; n += 1) mock.send({ ...request, summary: `message ${n}` });
        await settled();
        const summaries = page.locator('.log-entry .summary');
        assert.equal(await summaries.count(), 500);
        assert.equal(await summaries.first().textContent(), 'message 620');
        assert.equal(await summaries.last().textContent(), 'message 121');

        await page.getByRole('button', { name: 'Pause' }).click();
        mock.send({ ...request, summary: 'while paused', skipped: 7 });
        await settled();
        assert.equal(await summaries.first().textContent(), 'message 620');
        assert.match((await page.locator('#log-state').textContent()) ?? '', /1 held back.*7 left out/);
        await page.getByRole('button', { name: 'Resume' }).click();
        assert.equal(await summaries.first().textContent(), 'while paused');
        assert.equal(await summaries.count(), 500);

        await page.getByRole('button', { name: 'Clear' }).click();
        assert.equal(await summaries.count(), 0);
    });

    test('covers, switches and the battery are where the meter says, and a click or key asks for the other', async () => {
        const { controls } = helloOf302();
        for (const [label, cover] of [
            ['Meter cover', 'meter'],
            ['Terminal cover', 'terminal'],
            ['Module cover 1', 'module-1'],
            ['Module cover 2', 'module-2'],
        ]) {
            mock.received.length = 0;
            await page.getByRole('switch', { name: `${label}, closed` }).click();
            assert.deepEqual(await received(1, 'cover'), [{ type: 'cover', cover, open: true }]);
        }
        const covers = { meter: true, terminal: true, 'module-1': true, 'module-2': true };
        const [l1, l2, l3] = controls.phases;
        assert.ok(l1 && l2 && l3);
        mock.send({
            type: 'controls',
            controls: {
                ...controls,
                covers,
                phases: [l1, { ...l2, switch: false }, l3],
                neutral_switch: false,
                battery: { present: false, voltage: 3.6 },
            },
        });
        await page.getByRole('switch', { name: 'Mains switch L2, off' }).waitFor();
        assert.equal(await page.getByRole('switch', { name: 'Meter cover, open' }).getAttribute('aria-checked'), 'true');
        assert.equal(await page.getByRole('switch', { name: 'Module cover 2, open' }).count(), 1);
        assert.equal(await page.getByRole('switch', { name: 'Battery, taken out' }).count(), 1);

        mock.received.length = 0;
        await page.getByRole('switch', { name: 'Terminal cover, open' }).press('Enter');
        await page.getByRole('switch', { name: 'Mains switch L1, on' }).click();
        await page.getByRole('switch', { name: 'Mains switch N, off' }).press(' ');
        await page.getByRole('switch', { name: 'Battery, taken out' }).press('Enter');
        assert.deepEqual(await received(1, 'cover'), [{ type: 'cover', cover: 'terminal', open: false }]);
        assert.deepEqual(await received(2, 'switch'), [
            { type: 'switch', wire: 'L1', closed: false },
            { type: 'switch', wire: 'N', closed: true },
        ]);
        assert.deepEqual(await received(1, 'battery'), [{ type: 'battery', present: true }]);
    });

    test('a magnet is brought by click, key and dragging', async () => {
        const magnet = page.getByRole('switch', { name: 'Magnet' });
        await magnet.click();
        await magnet.press('Enter');
        assert.deepEqual(await received(2, 'magnet'), [
            { type: 'magnet', field: 200 },
            { type: 'magnet', field: 0 },
        ]);
        assert.equal(await magnet.getAttribute('aria-checked'), 'false');

        mock.received.length = 0;
        const from = await magnet.locator('.magnet-body').boundingBox();
        assert.ok(from);
        await page.mouse.move(from.x + 5, from.y + 5);
        await page.mouse.down();
        await page.mouse.move(from.x + 5, from.y + 60, { steps: 4 });
        await page.mouse.move(from.x + 5, from.y + 500, { steps: 4 });
        await page.mouse.up();
        const fields = (await received(4, 'magnet')).map(({ field }) => Number(field));
        assert.deepEqual(fields, [...fields].sort((a, b) => a - b), 'ever stronger');
        assert.equal(fields.at(-1), 200);
        mock.send({ type: 'controls', controls: { ...helloOf302().controls, magnet: 50 } });
        await settled();
        assert.equal(await page.getByLabel('Magnet, mT').inputValue(), '50');
        assert.equal(await magnet.getAttribute('aria-checked'), 'true');
    });

    test('modules are plugged, hung, repaired and pulled', async () => {
        const message = state();
        mock.send(message);
        const first = page.locator('.module[data-slot="1"]');
        await first.getByText('cellular, online, signal 18 of 31').waitFor();
        assert.equal(await first.locator('.state-lamp').getAttribute('data-state'), 'online');
        await page.getByRole('button', { name: 'Hang, slot 1' }).click();
        await page.getByRole('button', { name: 'Lose network, slot 1' }).click();
        await page.getByRole('button', { name: 'Pull, slot 1' }).click();
        await page.getByLabel('Kind of module, slot 2').selectOption('plc');
        await page.getByRole('button', { name: 'Plug in, slot 2' }).click();
        await page.getByRole('button', { name: 'Plug in, input slot' }).click();
        assert.deepEqual(await received(5, 'module'), [
            { type: 'module', slot: '1', act: 'die' },
            { type: 'module', slot: '1', act: 'lose-network' },
            { type: 'module', slot: '1', act: 'pull' },
            { type: 'module', slot: '2', act: 'plug', kind: 'plc' },
            { type: 'module', slot: 'input', act: 'plug', kind: 'input' },
        ]);
        const [one, two] = message.modules;
        assert.ok(one && two);
        mock.send({ ...message, modules: [{ ...one, state: 'dead', dead: true, signal: null }, two] });
        await page.getByRole('button', { name: 'Repair, slot 1' }).click();
        assert.deepEqual((await received(6, 'module')).at(-1), { type: 'module', slot: '1', act: 'repair' });
        assert.equal(await page.locator('.module[data-slot="input"]').isVisible(), false, 'a slot that is not there');
        assert.equal(await page.locator('.bay-cover-1 .module-lamp[data-state="dead"]').count(), 1);
    });

    test('the relay says in words why it is open', async () => {
        const message = state();
        mock.send(message);
        await page.locator('.relay-headline', { hasText: 'Relay closed' }).waitFor();
        assert.equal(await page.locator('.pole.open').count(), 0);
        Object.assign(message.relay, {
            closed: false,
            conducts: [false, true, false],
            welded: [false, true, false],
            state: 'ready for reconnection',
            reasons: ['tamper', 'limiter', 'something new'],
            failed: true,
        });
        mock.send(message);
        await page.locator('.relay-headline', { hasText: 'Relay open, its contact has failed' }).waitFor();
        assert.equal(
            await page.locator('.relay-reason').textContent(),
            'Open: somebody has tampered with the meter; the power was above the limit; something new.',
        );
        assert.equal(await page.locator('.pole.open').count(), 2);
        assert.equal(await page.locator('.pole-2.welded').count(), 1);
        assert.equal(await page.locator('[data-relay="on_load"]').textContent(), '12 of 10,000');
        assert.ok(await page.getByRole('switch', { name: 'Weld L2' }).isChecked());
        await page.getByRole('button', { name: 'Relay button' }).click();
        assert.deepEqual(await received(2, 'button'), [
            { type: 'button', button: 'relay', pressed: true },
            { type: 'button', button: 'relay', pressed: false },
        ]);
        await page.getByText('Weld L1').click();
        assert.deepEqual(await received(1, 'contact'), [{ type: 'contact', phase: 1, welded: true }]);
    });

    test('the event logs are newest first, filtered, and new rows stand out', async () => {
        const at = (/** @type {number} */ second) => `2025-03-30T12:34:${second}.00+02:00`;
        mock.send({
            type: 'events',
            history: true,
            rows: [
                eventRow({ time: at(10), number: 1 }),
                eventRow({ time: at(30), number: 2, name: 'terminal cover closed', alarms: [0, 0] }),
                eventRow({
                    log: 'quality',
                    time: at(20),
                    number: 1,
                    code: 76,
                    name: 'undervoltage began',
                    detail: 'L1',
                    magnitude: 170.2,
                    duration: 10,
                    alarms: [0, 0],
                }),
            ],
        });
        await settled();
        const texts = () => page.locator('.event:visible .event-text').allTextContents();
        assert.deepEqual(await texts(), ['terminal cover closed', 'undervoltage began, L1', 'terminal cover opened']);
        assert.equal(await page.locator('.event.fresh').count(), 0, 'history is not new');
        assert.equal(await page.locator('.event.has-alarm').count(), 1);
        assert.match((await page.locator('.event').nth(1).textContent()) ?? '', /76.*170\.2.*10\.00 s/);

        const fresh = eventRow({ number: 3, name: 'magnetic field began' });
        mock.send({ type: 'events', history: false, rows: [eventRow({ time: at(10), number: 1 }), fresh] });
        mock.send({ type: 'push', time: at(59), setup: 'alarm', destination: '192.0.2.7:4059', delivered: false });
        await settled();
        assert.deepEqual((await texts()).slice(0, 2), [
            'alarm could not be pushed to 192.0.2.7:4059',
            'magnetic field began',
        ]);
        assert.equal(await page.locator('.event.fresh').count(), 2, 'and what the history had comes once');
        await page.getByLabel('Log', { exact: true }).selectOption('quality');
        assert.deepEqual(await texts(), ['undervoltage began, L1']);
        assert.equal(await page.locator('#events-state').textContent(), '1 entry');
        await page.getByLabel('Log', { exact: true }).selectOption('pushes');
        assert.equal((await texts()).length, 1);
    });

    test('alarms stay in sight until they are acknowledged', async () => {
        const banner = page.locator('#alarms');
        const message = state();
        const alarm = { register: 1, bit: 13, name: 'fraud attempt', set: true, acknowledged: false };
        message.alarms.bits = [alarm, { register: 2, bit: 1, name: 'power up', set: true, acknowledged: true }];
        mock.send(message);
        await banner.waitFor();
        assert.equal(await page.locator('#alarm-names').textContent(), 'fraud attempt');
        message.alarms.bits = [{ ...alarm, acknowledged: true }];
        mock.send(message);
        await banner.waitFor({ state: 'hidden' });
    });

    test('a meter without mains is dark', async () => {
        mock.send({ ...state(), power: false });
        const dark = tick();
        dark.lcd = { digits: '', code: '', annunciators: '', backlight: false };
        await settled(dark);
        assert.equal(await page.locator('.meter.off').count(), 1);
        assert.equal(await page.locator('.lcd .lit, .lamp.lit').count(), 0);
        mock.send(state());
        await settled();
        assert.equal(await page.locator('.meter.off').count(), 0);
    });

    test('a scenario shows its step, and what has come of it', async () => {
        assert.ok(await page.locator('#scenario-card').isHidden());
        mock.send(scenario());
        await page.locator('#scenario-title', { hasText: 'Storm' }).waitFor();
        assert.equal(await page.locator('.scenario-steps [aria-current="step"]').textContent(), '4 s A surge');
        assert.deepEqual(
            await page
                .locator('.scenario-expectations li')
                .evaluateAll((items) => items.map((item) => item.getAttribute('data-verdict'))),
            ['met', 'missed', 'waiting'],
        );
        mock.send({ ...scenario(), elapsed: 25, taken: 2, problems: ['at 20.0 s: there is no module in that slot'] });
        await page.locator('.scenario-problems li', { hasText: 'there is no module' }).waitFor();
        assert.equal(await page.locator('.scenario-steps [aria-current="step"]').textContent(), '20 s A branch');
        assert.equal(await page.locator('.scenario-elapsed').textContent(), '25 of 60 s');
    });

    test('a message out of the protocol is named and left out', async () => {
        const bad = [
            'no json',
            '[]',
            'null',
            '{"type":"nonsense"}',
            '{"type":"tick"}',
            '{"type":"constructor"}',
            JSON.stringify({ ...tick(), frequency: '50' }),
            JSON.stringify({ ...logMessages().request, tree: [{ depth: -1 }] }),
        ];
        for (const text of bad) mock.sendText(text);
        await settled();
        assert.match((await page.locator('#notice').textContent()) ?? '', /log\.tree\[0\]\.depth is not an integer/);
        assert.equal(await value('frequency'), '49.987');
        mock.send({ type: 'error', message: 'the voltage is out of range' });
        await page.locator('#notice', { hasText: 'the voltage is out of range' }).waitFor();
    });

    test('the page connects again by itself, and claims nothing meanwhile', async () => {
        mock.send(logMessages().request);
        await settled();
        assert.equal(await page.locator('#connection').textContent(), 'Connected');
        mock.cut();
        await page.locator('#connection[data-state="lost"]').waitFor();
        assert.equal(await page.locator('.lcd .lit').count(), 0);
        await waitConnected(page);
        await settled();
        assert.equal(readDigits(await litDigits('digit')), '  1234.56');
        assert.equal(await page.locator('.log-entry').count(), 1, 'the log stays');
    });
});

describe('the panel in other circumstances', () => {
    afterEach(async () => assert.deepEqual(await stop(), []));

    test('hostile strings stay text', async () => {
        const evil = `"><img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;
        const hello = helloOf302();
        Object.assign(hello, {
            serial: evil,
            logical_device_name: evil,
            firmware: evil,
            listen: [evil, 'javascript:alert(1)'],
        });
        Object.assign(hello.model, { name: evil, title: evil, active_class: evil, reactive_class: evil });
        hello.annunciators = [evil, 'constructor', '__proto__', ...annunciator_names];
        await start(hello);
        const { request } = logMessages();
        mock.send({
            ...request,
            time: evil,
            peer: evil,
            summary: evil,
            hex: evil,
            tree: [{ depth: 0, offset: -5, length: 1e9, name: evil, value: evil, error: evil }],
        });
        mock.send({ ...tick(), time: evil });
        mock.send({ type: 'error', message: evil });
        const hostile = state();
        Object.assign(hostile.relay, { reasons: [evil, 'constructor', '__proto__'], state: evil });
        hostile.modules = hostile.modules.map((module) => ({ ...module, kind: evil, state: evil }));
        hostile.alarms.bits = [{ register: 1, bit: 1, name: evil, set: true, acknowledged: false }];
        mock.send(hostile);
        const row = eventRow({ log: evil, time: evil, name: evil, detail: evil, magnitude: 1e300, times: 2 });
        mock.send({ type: 'events', history: true, rows: [row] });
        mock.send({ type: 'push', time: evil, setup: evil, destination: evil, delivered: true });
        const play = scenario();
        mock.send({
            ...play,
            title: evil,
            about: evil,
            steps: [{ at: 1e300, say: evil }],
            expectations: play.expectations.map((expectation) => ({ ...expectation, text: evil })),
            problems: [evil],
        });
        await page.locator('.scenario-problems li', { hasText: evil }).waitFor();
        await page.locator('.log-row').click();
        await page.locator('#notice', { hasText: evil }).waitFor();
        assert.equal(await page.locator('.node-value').textContent(), evil);
        assert.equal(await page.locator('#clock').textContent(), evil);
        assert.equal(await page.locator('#alarm-names').textContent(), evil);
        assert.equal(await page.locator('img, body script:not([src])').count(), 0);
        assert.ok(!(await page.title()).startsWith('owned'));
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
    });

    test('a single phase meter has one phase of everything', async () => {
        await start(helloOf102());
        const message = tick();
        message.phases.length = 1;
        message.lcd.digits = segmentMemory('     1.25');
        await settled(message);
        assert.equal(await page.locator('.phase-controls').count(), 1);
        assert.equal(await page.locator('[data-phasor]').count(), 2);
        assert.equal(await page.locator('[data-value="neutral"]').count(), 0);
        assert.deepEqual(await page.locator('.terminal-label').allTextContents(), ['L', 'N', 'N', 'L']);
        assert.equal(await page.getByLabel('Share of the current that a wire leads past the meter L, %').count(), 1);
        assert.match((await page.locator('.plate-data').textContent()) ?? '', /^230 V {2}5\(100\) A/);
    });

    test('with reduced motion a LED burns steadily while pulses come, and then goes out', async () => {
        await start(helloOf302(), { reducedMotion: 'reduce' });
        await countFlashes();
        for (let round = 0; round < 8; round += 1) {
            mock.send({ ...tick(), leds: { active: [60], reactive: [], alarm: false, credit: null } });
            await page.waitForTimeout(100);
        }
        await page.locator('.lamp-active.lit').waitFor();
        await page.locator('.lamp-active:not(.lit)').waitFor();
        assert.equal(await page.locator('.lamp-active').getAttribute('data-flashes'), '1');
    });

    for (const width of [360, 768, 1440]) {
        for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
            test(`nothing overflows ${width} pixels, ${colorScheme}`, async () => {
                await start(helloOf302(), { viewport: { width, height: 740 }, colorScheme });
                const { request, response } = logMessages();
                const long = {
                    ...request,
                    summary: 'x'.repeat(300),
                    peer: '[2001:db8::1234:5678:9abc:def0]:65535',
                    hex: 'AB'.repeat(700),
                };
                for (const message of [request, response, long, state(), scenario()]) mock.send(message);
                const name = 'x'.repeat(80);
                const row = eventRow({ name, detail: name, magnitude: 123456.7, duration: 1e6, times: 9999 });
                mock.send({ type: 'events', history: false, rows: [row, eventRow()] });
                const alarmed = state();
                alarmed.alarms.bits = Array.from({ length: 20 }, (_, bit) => {
                    return { register: 1, bit, name: `voltage missing L${bit}`, set: true, acknowledged: false };
                });
                mock.send(alarmed);
                const large = tick();
                for (const phase of large.phases) Object.assign(phase, { p: -123456.7, q: -123456.7, s: 123456.7 });
                Object.assign(large.total, { p: -370370.1, q: -370370.1, s: 370370.1 });
                large.energy.active_import = 99_999_999_999;
                await settled(large);
                await page.locator('.log-row').first().click();
                const [content, window_width] = await page.evaluate(() => [
                    document.documentElement.scrollWidth,
                    window.innerWidth,
                ]);
                assert.equal(window_width, width);
                assert.ok(Number(content) <= width, `${content} pixels wide`);
                const burst = await page
                    .locator('.card')
                    .evaluateAll((cards) =>
                        cards.filter((card) => card.scrollWidth > card.clientWidth).map((card) => card.className),
                    );
                assert.deepEqual(burst, [], 'nor does anything overflow its card');
            });
        }
    }
});
