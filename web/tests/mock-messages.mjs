// Messages of the meter for the page tests, and what a person reads off the glass.

import { annunciator_names } from './mock-meter.mjs';

/** Segments a to g of the figures and letters a meter shows, bit 0 is a. */
const figures = new Map(
    Object.entries({
        ' ': 0x00, '-': 0x40, 0: 0x3f, 1: 0x06, 2: 0x5b, 3: 0x4f, 4: 0x66, 5: 0x6d, 6: 0x7d, 7: 0x07, 8: 0x7f, 9: 0x6f,
        A: 0x77, C: 0x39, E: 0x79, F: 0x71, L: 0x38, P: 0x73,
    }),
);

/**
 * Segment memory of a text such as "  123.45", a point belonging to the figure before it.
 * @param {string} text
 */
export function segmentMemory(text) {
    /** @type {number[]} */
    const octets = [];
    for (const letter of text) {
        if (letter === '.') octets[octets.length - 1] = (octets[octets.length - 1] ?? 0) | 0x80;
        else octets.push(figures.get(letter) ?? 0);
    }
    return Buffer.from(octets).toString('hex');
}

/**
 * The text that lit segments make, by the same table.
 * @param {string[][]} digits names of the lit segments of each digit
 */
export function readDigits(digits) {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'point'];
    return digits
        .map((lit) => {
            const bits = lit.reduce((sum, name) => sum | (1 << names.indexOf(name)), 0);
            const figure = [...figures].find(([, pattern]) => pattern === (bits & 0x7f));
            return (figure ? figure[0] : '?') + ((bits & 0x80) !== 0 ? '.' : '');
        })
        .join('');
}

/** @param {string[]} lit names */
export function annunciatorMemory(...lit) {
    const octets = new Uint8Array(Math.ceil(annunciator_names.length / 8));
    for (const name of lit) {
        const bit = annunciator_names.indexOf(name);
        if (bit < 0) throw new Error(`no annunciator ${name}`);
        octets[bit >> 3] |= 1 << (bit & 7);
    }
    return Buffer.from(octets).toString('hex');
}

export function tick() {
    return {
        type: 'tick',
        time: '2025-03-30T12:34:56.700+02:00',
        lcd: {
            digits: segmentMemory('  1234.56'),
            code: segmentMemory('   1.8.0'),
            annunciators: annunciatorMemory('L1', 'L2', 'L3', 'P+', 'Q+', 'T1', 'k', 'W', 'h'),
            backlight: true,
        },
        leds: {
            active: /** @type {number[]} */ ([]),
            reactive: /** @type {number[]} */ ([]),
            alarm: false,
            credit: /** @type {string | null} */ ('green'),
        },
        outputs: { active: /** @type {number[]} */ ([]), reactive: /** @type {number[]} */ ([]) },
        sounds: /** @type {string[]} */ ([]),
        phases: [
            { v: 230.12, i: 5.004, p: 1093.5, q: 360.2, s: 1151.5, pf: 0.95, angle_v: 359.97, angle_i: 18.2 },
            { v: 229.87, i: 3.001, p: 655.1, q: 215.3, s: 689.8, pf: 0.95, angle_v: 120.1, angle_i: 18.2 },
            { v: 231.4, i: 8.002, p: -1759.0, q: -578.1, s: 1851.7, pf: -0.95, angle_v: 239.8, angle_i: 198.2 },
        ],
        total: { p: -10.4, q: -2.6, s: 3693.0, pf: -0.003 },
        neutral: 12.345,
        frequency: 49.987,
        energy: { active_import: 1234567.8, active_export: 321.4, reactive_import: 4567.1, reactive_export: 0 },
        clients: 2,
    };
}

/** GET of active energy import, asked and refused: the access result is marked. */
export function logMessages() {
    const request = {
        type: 'log',
        time: '2025-03-30T12:34:56.789+02:00',
        peer: '127.0.0.1:53412',
        direction: 'in',
        hex: 'C001C1000301000108 00FF0200'.replace(' ', ''),
        summary: 'get-request-normal 3, 1-0:1.8.0.255, 2',
        tree: [
            { depth: 0, offset: 0, length: 13, name: 'get-request', value: 'normal' },
            { depth: 1, offset: 2, length: 1, name: 'invoke-id-and-priority', value: '1, confirmed, high' },
            { depth: 1, offset: 3, length: 9, name: 'cosem-attribute-descriptor' },
            { depth: 2, offset: 3, length: 2, name: 'class-id', value: '3 register' },
            { depth: 2, offset: 5, length: 6, name: 'instance-id', value: '1-0:1.8.0.255' },
            { depth: 2, offset: 11, length: 1, name: 'attribute-id', value: 2 },
            { depth: 1, offset: 12, length: 1, name: 'access-selection', value: 'none' },
        ],
    };
    const response = {
        type: 'log',
        time: '2025-03-30T12:34:56.791+02:00',
        peer: '127.0.0.1:53412',
        direction: 'out',
        hex: 'C401C10103',
        summary: 'get-response-normal, read-write-denied',
        tree: [
            { depth: 0, offset: 0, length: 5, name: 'get-response', value: 'normal' },
            { depth: 1, offset: 2, length: 1, name: 'invoke-id-and-priority', value: '1, confirmed, high' },
            { depth: 1, offset: 3, length: 2, name: 'data-access-result', value: '3', error: 'read-write-denied' },
        ],
    };
    return { request, response };
}

/** A meter in order: relay closed, a module in slot 1 and nothing to complain of. */
export function state() {
    return {
        type: 'state',
        power: true,
        supercapacitor: /** @type {number | null} */ (5),
        relay: {
            kind: 'latching',
            closed: true,
            conducts: [true, true, true],
            welded: [false, false, false],
            state: 'connected',
            mode: 7,
            reasons: /** @type {string[]} */ ([]),
            failed: false,
            on_load: 12,
            off_load: 3,
            on_load_life: 10_000,
            off_load_life: 100_000,
        },
        modules: /** @type {{ slot: string, kind: string | null, state: string, signal: number | null, dead: boolean }[]} */ ([
            { slot: '1', kind: 'cellular', state: 'online', signal: 18, dead: false },
            { slot: '2', kind: null, state: 'empty', signal: null, dead: false },
            { slot: 'input', kind: null, state: 'empty', signal: null, dead: false },
        ]),
        alarms: {
            led: false,
            errors: 0,
            bits: /** @type {{ register: number, bit: number, name: string, set: boolean, acknowledged: boolean }[]} */ ([]),
        },
    };
}

/** @param {Partial<ReturnType<typeof plainRow>>} [row] */
export function eventRow(row = {}) {
    return { ...plainRow(), ...row };
}

function plainRow() {
    return {
        log: 'fraud',
        number: 7,
        time: '2025-03-30T12:34:50.00+02:00',
        code: 40,
        name: 'terminal cover opened',
        detail: '',
        magnitude: 0,
        duration: 0,
        times: 1,
        alarms: [8192, 0],
    };
}

export function scenario() {
    return {
        type: 'scenario',
        title: 'Storm',
        about: 'Lightning and branches.',
        duration: 60,
        elapsed: 12,
        taken: 1,
        steps: [
            { at: 4, say: 'A surge' },
            { at: 20, say: 'A branch' },
        ],
        expectations: [
            { text: 'voltage swell', from: 4, until: 6, never: false, verdict: 'met', at: 5.2 },
            { text: 'relay open', from: 0, until: 10, never: true, verdict: 'missed', at: 8 },
            { text: 'power down', from: 18, until: 19, never: false, verdict: 'waiting', at: null },
        ],
        problems: /** @type {string[]} */ ([]),
    };
}
