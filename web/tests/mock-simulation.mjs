// A plausible life for the mock meter, to look at the page without a meter: loads, pulses, waves and traffic.

import { annunciatorMemory, logMessages, segmentMemory, state } from './mock-messages.mjs';

const tick_ms = 100;

/** @param {import('./mock-meter.mjs').MockMeter} mock */
export function simulate(mock) {
    const hello = /** @type {ReturnType<typeof import('./mock-meter.mjs').helloOf302>} */ (mock.hello);
    const { controls, model } = hello;
    const energy = {
        active_import: 4_217_903,
        active_export: 12_840,
        reactive_import: 1_204_556,
        reactive_export: 990,
    };
    const pulses = { active: 0, reactive: 0 };
    let page = 0;
    let ticks = 0;

    mock.onMessage = (message) => {
        if (message.type === 'phase') {
            const { type, phase, ...change } = message;
            Object.assign(controls.phases[Number(phase) - 1] ?? {}, change);
            controls.household = false;
        } else if (message.type === 'mains') controls.frequency = Number(message.frequency);
        else if (message.type === 'household') controls.household = message.on === true;
        else if (message.type === 'magnet') controls.magnet = Number(message.field);
        else if (message.type === 'battery') {
            const { type, ...change } = message;
            Object.assign(controls.battery, change);
        } else if (message.type === 'cover') Object.assign(controls.covers, { [String(message.cover)]: message.open });
        else if (message.type === 'switch' && message.wire === 'N') controls.neutral_switch = message.closed === true;
        else if (message.type === 'switch') {
            Object.assign(controls.phases[Number(String(message.wire).slice(1)) - 1] ?? {}, { switch: message.closed });
        } else if (message.type === 'button' && message.button === 'display' && message.pressed === true) page += 1;
        mock.send({ type: 'controls', controls });
    };

    const measure = () =>
        controls.phases.map((phase, index) => {
            const noise = (/** @type {number} */ scale) => 1 + (Math.random() - 0.5) * scale;
            const v = phase.voltage * noise(0.0008);
            const i = phase.current * noise(0.0008);
            const lag = (Math.acos(phase.power_factor) * (phase.inductive ? 1 : -1) * 180) / Math.PI;
            const angle_i = (lag + (phase.export ? 180 : 0) + 360) % 360;
            const radians = (angle_i * Math.PI) / 180;
            const s = v * i;
            return {
                v,
                i,
                p: s * Math.cos(radians),
                q: s * Math.sin(radians),
                s,
                pf: Math.cos(radians),
                angle_v: index * 120,
                angle_i,
            };
        });

    /** @param {'active' | 'reactive'} kind @param {number} energy_wh */
    const pulseAges = (kind, energy_wh) => {
        const constant = model[`${kind}_constant`];
        const before = pulses[kind];
        pulses[kind] += (Math.abs(energy_wh) * constant) / 1000;
        const ages = [];
        for (let whole = Math.floor(before) + 1; whole <= pulses[kind]; whole += 1) {
            ages.push(tick_ms * (1 - (whole - before) / (pulses[kind] - before)));
        }
        return ages;
    };

    /** @param {ReturnType<typeof measure>} phases @param {{ p: number, q: number }} total */
    const display = (phases, total) => {
        const first = phases[0];
        const shown = [
            { code: '1.8.0', text: (energy.active_import / 1000).toFixed(2), units: ['k', 'W', 'h'] },
            { code: '2.8.0', text: (energy.active_export / 1000).toFixed(2), units: ['k', 'W', 'h'] },
            { code: '3.8.0', text: (energy.reactive_import / 1000).toFixed(2), units: ['k', 'var', 'h'] },
            { code: '16.7.0', text: (total.p / 1000).toFixed(3), units: ['k', 'W'] },
            { code: '32.7.0', text: (first?.v ?? 0).toFixed(1), units: ['V'] },
            { code: '31.7.0', text: (first?.i ?? 0).toFixed(3), units: ['A'] },
            { code: '14.7.0', text: controls.frequency.toFixed(2), units: ['Hz'] },
        ];
        const { code, text, units } = shown[page % shown.length] ?? { code: '', text: '', units: [] };
        const pad = (/** @type {string} */ s, /** @type {number} */ n) =>
            ' '.repeat(Math.max(0, n - s.replace(/\./g, '').length)) + s;
        const present = phases.flatMap(({ v }, index) => (v > 50 ? [`L${index + 1}`] : []));
        const marks = [
            total.p >= 0 ? 'P+' : 'P-',
            total.q >= 0 ? 'Q+' : 'Q-',
            'T1',
            'communication',
            'signal',
            'credit',
        ];
        return {
            digits: segmentMemory(pad(text, model.digits)),
            code: segmentMemory(pad(code, model.code_digits)),
            annunciators: annunciatorMemory(...present, ...marks, ...units),
            backlight: true,
        };
    };

    const wave = () => {
        const rate = 4000;
        const length = Math.round((2 * rate) / controls.frequency);
        const at = (/** @type {number} */ n) => (2 * Math.PI * controls.frequency * n) / rate;
        const samples = (/** @type {(n: number) => number} */ f) => Array.from({ length }, (_, n) => f(n));
        const phases = measure();
        const v = phases.map((p) => samples((n) => p.v * Math.SQRT2 * Math.sin(at(n) - (p.angle_v * Math.PI) / 180)));
        const i = phases.map((p) => {
            const shift = ((p.angle_v + p.angle_i) * Math.PI) / 180;
            return samples((n) => p.i * Math.SQRT2 * (Math.sin(at(n) - shift) + 0.12 * Math.sin(3 * (at(n) - shift))));
        });
        return {
            type: 'wave',
            rate,
            v,
            i,
            neutral: samples((n) => i.reduce((sum, trace) => sum + (trace[n] ?? 0), 0)),
        };
    };

    const timer = setInterval(() => {
        ticks += 1;
        if (ticks % 10 === 0) mock.send(state());
        if (controls.household) {
            controls.phases.forEach((phase, index) => {
                phase.current = Number((4 + index * 3 + 2.5 * Math.sin(ticks / (40 + 17 * index))).toFixed(3));
            });
            if (ticks % 10 === 0) mock.send({ type: 'controls', controls });
        }
        const phases = measure();
        const sum = (/** @type {'p' | 'q' | 's'} */ key) => phases.reduce((total, phase) => total + phase[key], 0);
        const p = sum('p');
        const q = sum('q');
        const s = Math.hypot(p, q);
        const hours = tick_ms / 3_600_000;
        energy[p >= 0 ? 'active_import' : 'active_export'] += Math.abs(p) * hours;
        energy[q >= 0 ? 'reactive_import' : 'reactive_export'] += Math.abs(q) * hours;
        mock.send({
            type: 'tick',
            time: `${new Date().toISOString().slice(0, -1)}+00:00`,
            lcd: display(phases, { p, q }),
            leds: {
                active: pulseAges('active', p * hours),
                reactive: pulseAges('reactive', q * hours),
                alarm: false,
                credit: 'green',
            },
            outputs: { active: [], reactive: [] },
            sounds: [],
            phases,
            total: { p, q, s, pf: s === 0 ? 1 : p / s },
            neutral: Math.abs(p - q) / 1000,
            frequency: controls.frequency,
            energy,
            clients: 1,
        });
        if (ticks % 5 === 0) mock.send(wave());
        if (ticks % 20 === 0) {
            const { request, response } = logMessages();
            mock.send({ ...request, time: new Date().toISOString() });
            if (ticks % 60 === 0) mock.send({ ...response, time: new Date().toISOString() });
        }
        if (ticks % 70 === 0) page += 1;
    }, tick_ms);
    return () => clearInterval(timer);
}
