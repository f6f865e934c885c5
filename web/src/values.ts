// The table of measured values.

import { html, setText } from './dom';
import { angle, fixed } from './format';
import { phaseName } from './phases';
import type { Model, PhaseValues, Tick } from './protocol';

interface Quantity {
    readonly key: keyof PhaseValues;
    readonly name: string;
    readonly unit: string;
    readonly decimals: number;
    readonly write?: typeof fixed;
    readonly inTotal?: keyof Tick['total'];
}

const quantities: readonly Quantity[] = [
    { key: 'v', name: 'Voltage', unit: 'V', decimals: 2 },
    { key: 'i', name: 'Current', unit: 'A', decimals: 3 },
    { key: 'p', name: 'Active power P', unit: 'W', decimals: 1, inTotal: 'p' },
    { key: 'q', name: 'Reactive power Q', unit: 'var', decimals: 1, inTotal: 'q' },
    { key: 's', name: 'Apparent power S', unit: 'VA', decimals: 1, inTotal: 's' },
    { key: 'pf', name: 'Power factor', unit: '', decimals: 3, inTotal: 'pf' },
    { key: 'angle_v', name: 'Voltage lags L1', unit: '\u00b0', decimals: 1, write: angle },
    { key: 'angle_i', name: 'Current lags V', unit: '\u00b0', decimals: 1, write: angle },
];

interface Single {
    readonly key: string;
    readonly name: string;
    readonly unit: string;
    readonly value: (tick: Tick) => string;
}

const singles: readonly Single[] = [
    { key: 'frequency', name: 'Frequency', unit: 'Hz', value: ({ frequency }) => fixed(frequency, 3) },
    { key: 'neutral', name: 'Neutral current', unit: 'A', value: ({ neutral }) => fixed(neutral, 3) },
    { key: 'active_import', name: 'Active import', unit: 'kWh', value: (t) => fixed(t.energy.active_import / 1000, 3) },
    { key: 'active_export', name: 'Active export', unit: 'kWh', value: (t) => fixed(t.energy.active_export / 1000, 3) },
    {
        key: 'reactive_import',
        name: 'Reactive import',
        unit: 'kvarh',
        value: (t) => fixed(t.energy.reactive_import / 1000, 3),
    },
    {
        key: 'reactive_export',
        name: 'Reactive export',
        unit: 'kvarh',
        value: (t) => fixed(t.energy.reactive_export / 1000, 3),
    },
];

export class Values {
    private readonly writers: ((tick: Tick) => void)[] = [];

    constructor(place: HTMLElement, model: Model) {
        const phases = Array.from({ length: model.phases }, (_, phase) => phase);
        const with_total = model.phases > 1;
        const head = html(
            'tr',
            {},
            html('th', { scope: 'col' }, html('span', { class: 'visually-hidden' }, 'Quantity')),
        );
        for (const phase of phases) {
            head.append(
                html('th', { scope: 'col' }, html('span', { class: `chip chip-${phase + 1}` }, phaseName(phase))),
            );
        }
        if (with_total) head.append(html('th', { scope: 'col' }, 'Total'));

        const body = html('tbody');
        for (const quantity of quantities) {
            const write = quantity.write ?? fixed;
            const unit = html('span', { class: 'unit' }, quantity.unit);
            const row = html('tr', {}, html('th', { scope: 'row' }, quantity.name, ' ', unit));
            for (const phase of phases) {
                const cell = html('td', { 'data-value': `${quantity.key}-${phase + 1}` }, '\u2013');
                row.append(cell);
                this.writers.push((tick) => {
                    const value = tick.phases[phase]?.[quantity.key];
                    setText(cell, value === undefined ? '\u2013' : write(value, quantity.decimals));
                });
            }
            if (with_total) {
                const { inTotal } = quantity;
                const cell = html('td', inTotal ? { 'data-value': `${inTotal}-total`, class: 'total' } : {});
                row.append(cell);
                if (inTotal) this.writers.push((tick) => setText(cell, fixed(tick.total[inTotal], quantity.decimals)));
            }
            body.append(row);
        }

        const list = html('dl', { class: 'singles' });
        for (const single of singles) {
            if (single.key === 'neutral' && !model.neutral_current) continue;
            const value = html('span', { 'data-value': single.key }, '\u2013');
            const unit = html('span', { class: 'unit' }, ` ${single.unit}`);
            list.append(html('div', {}, html('dt', {}, single.name), html('dd', {}, value, unit)));
            this.writers.push((tick) => setText(value, single.value(tick)));
        }
        place.replaceChildren(html('table', { class: 'values' }, html('thead', {}, head), body), list);
    }

    show(tick: Tick): void {
        for (const write of this.writers) write(tick);
    }
}
