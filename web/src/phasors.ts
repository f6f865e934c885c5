// Phasor diagram: the voltage of L1 points up, and what lags turns clockwise from it.

import { html, setText, svg } from './dom';
import { angle, significant } from './format';
import { phaseColour, phaseName } from './phases';
import type { Model, PhaseValues, Tick } from './protocol';

const full_radius = 100;
const voltage_reach = 0.94;
/** Below this part of the nominal voltage a phase is not there, and no sequence can be told. */
const missing_part = 0.2;

type Sequence = 'forward' | 'reverse' | 'none';

const sequence_text: Readonly<Record<Sequence, string>> = {
    forward: 'L1 \u2192 L2 \u2192 L3',
    reverse: 'L1 \u2192 L3 \u2192 L2, reversed',
    none: 'no sequence',
};

export function sequenceOf(phases: readonly PhaseValues[], nominal_voltage: number): Sequence {
    const second = phases[1];
    const third = phases[2];
    if (!second || !third || phases.some(({ v }) => v < nominal_voltage * missing_part)) return 'none';
    return (third.angle_v - second.angle_v + 360) % 360 < 180 ? 'forward' : 'reverse';
}

/** The least of 1, 2, 5, 10, 20, … that is not below the value. */
function niceScale(value: number): number {
    const decade = 10 ** Math.floor(Math.log10(value));
    return ([1, 2, 5].find((step) => step * decade >= value) ?? 10) * decade;
}

function arrow(length: number, head: number): string {
    if (length < 1) return '';
    const tip = Math.min(head, length);
    return `M0 0V${-(length - tip * 0.6)}M0 ${-length}L${-tip * 0.42} ${-length + tip}H${tip * 0.42}Z`;
}

class Vector {
    readonly root: SVGGElement;
    private readonly path: SVGPathElement;
    private readonly label: SVGTextElement;

    constructor(
        kind: 'voltage' | 'current',
        phase: number,
        text: string,
        private readonly head: number,
    ) {
        this.path = svg('path', { class: `phasor-arrow ${kind}`, stroke: `var(${phaseColour(phase)})` });
        this.path.setAttribute('fill', kind === 'current' ? `var(${phaseColour(phase)})` : 'var(--card)');
        this.label = svg('text', { class: 'phasor-label', fill: `var(${phaseColour(phase)})` }, text);
        this.root = svg('g', { 'data-phasor': text }, this.path, this.label);
    }

    point(angle: number, length: number, label_at: number): void {
        this.path.setAttribute('d', arrow(length, this.head));
        this.path.setAttribute('transform', `rotate(${angle.toFixed(2)})`);
        this.label.setAttribute('visibility', length < 1 ? 'hidden' : 'visible');
        const radians = (angle * Math.PI) / 180;
        this.label.setAttribute('x', (Math.sin(radians) * label_at).toFixed(1));
        this.label.setAttribute('y', (-Math.cos(radians) * label_at).toFixed(1));
    }
}

function face(): SVGElement {
    const ticks = Array.from({ length: 12 }, (_, hour) =>
        svg('path', {
            class: 'phasor-grid',
            d: `M0 -${hour % 3 === 0 ? 0 : 95}V-100`,
            transform: `rotate(${hour * 30})`,
        }),
    );
    const marks = [0, 90, 180, 270].map((angle) => {
        const radians = (angle * Math.PI) / 180;
        const at = { x: Math.sin(radians) * 122, y: -Math.cos(radians) * 122 };
        return svg('text', { class: 'phasor-mark', ...at }, `${angle}\u00b0`);
    });
    return svg(
        'g',
        {},
        svg('circle', { class: 'phasor-ring', r: 100 }),
        svg('circle', { class: 'phasor-grid', r: 50 }),
        ...ticks,
        ...marks,
    );
}

export class Phasors {
    private readonly voltages: Vector[] = [];
    private readonly currents: Vector[] = [];
    private readonly rows: HTMLTableCellElement[][] = [];
    private readonly scale = html('p', { class: 'phasor-scale' });
    private readonly sequence = html('p', { class: 'phasor-sequence' });
    private readonly turn = svg('path', { class: 'phasor-turn', 'aria-hidden': 'true' });

    constructor(
        place: HTMLElement,
        private readonly model: Model,
    ) {
        const body = html('tbody');
        for (let phase = 0; phase < model.phases; phase += 1) {
            this.voltages.push(new Vector('voltage', phase, `V${phase + 1}`, 9));
            this.currents.push(new Vector('current', phase, `I${phase + 1}`, 9));
            const cells = [html('td'), html('td'), html('td')];
            this.rows.push(cells);
            const chip = html('span', { class: `chip chip-${phase + 1}` }, phaseName(phase));
            body.append(html('tr', {}, html('th', { scope: 'row' }, chip), ...cells));
        }
        const head = ['', '\u2220V', '\u2220I', '\u03c6'].map((text) => html('th', { scope: 'col' }, text));
        const picture = svg('svg', { class: 'phasor-diagram', viewBox: '-134 -134 268 268', role: 'img' });
        picture.setAttribute('aria-label', 'Phasor diagram of voltages and currents');
        picture.append(
            face(),
            this.turn,
            ...this.voltages.map(({ root }) => root),
            ...this.currents.map(({ root }) => root),
        );
        const key = svg(
            'svg',
            { class: 'phasor-key', viewBox: '0 0 120 14', 'aria-hidden': 'true' },
            svg('path', { class: 'phasor-arrow voltage', d: 'M2 7H18M26 7L17 3.4V10.6Z', fill: 'var(--card)' }),
            svg('text', { class: 'phasor-key-text', x: 31, y: 10.5 }, 'V'),
            svg('path', { class: 'phasor-arrow current', d: 'M56 7H72M80 7L71 3.4V10.6Z', fill: 'currentColor' }),
            svg('text', { class: 'phasor-key-text', x: 85, y: 10.5 }, 'I'),
        );
        const table = html('table', { class: 'phasor-table' }, html('thead', {}, html('tr', {}, ...head)), body);
        const legend = html('div', { class: 'phasor-legend' }, key, table, this.sequence, this.scale);
        place.replaceChildren(html('div', { class: 'phasor-place' }, picture, legend));
    }

    show({ phases }: Tick): void {
        const { nominal_voltage, basic_current, phases: expected } = this.model;
        const largest = Math.max(...phases.map(({ i }) => i), basic_current / 1000);
        const scale = niceScale(largest);
        phases.slice(0, expected).forEach(({ v, i, angle_v, angle_i }, phase) => {
            const length_v = Math.min(1.2, v / nominal_voltage) * voltage_reach * full_radius;
            const length_i = (i / scale) * 0.8 * full_radius;
            const direction_i = (angle_v + angle_i) % 360;
            const present = v >= nominal_voltage * 0.01;
            this.voltages[phase]?.point(angle_v, present ? length_v : 0, length_v + 12);
            this.currents[phase]?.point(direction_i, length_i, Math.max(length_i + 10, 26));
            const texts = [angle_v, direction_i, angle_i].map((degrees) => `${angle(degrees, 1)}\u00b0`);
            texts.forEach((text, column) => {
                const cell = this.rows[phase]?.[column];
                if (cell) setText(cell, text);
            });
        });
        setText(
            this.scale,
            `Ring ${significant(nominal_voltage / voltage_reach, 3)} V, ${significant(scale / 0.8, 3)} A`,
        );
        this.showSequence(sequenceOf(phases, nominal_voltage));
    }

    private showSequence(sequence: Sequence): void {
        this.sequence.hidden = this.model.phases < 3;
        this.sequence.dataset['sequence'] = sequence;
        setText(this.sequence, sequence_text[sequence]);
        const arcs: Readonly<Record<Sequence, string>> = {
            forward: 'M-9.6 -11.5A15 15 0 1 1 -14.5 3.9M-19 0L-14.8 4.4L-10.4 0.6',
            reverse: 'M9.6 -11.5A15 15 0 1 0 14.5 3.9M19 0L14.8 4.4L10.4 0.6',
            none: '',
        };
        this.turn.setAttribute('d', arcs[this.model.phases < 3 ? 'none' : sequence]);
    }
}
