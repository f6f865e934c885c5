// Waveforms as the converter saw them: voltages above, currents and the neutral below.

import { Chart, type Trace } from './chart';
import { html } from './dom';
import { phaseColour, phaseName } from './phases';
import type { Model, Wave } from './protocol';

/** Symmetric about zero and never flat, so that noise of an open input stays noise. */
function symmetric(least: number): (min: number, max: number) => [number, number] {
    return (min, max) => {
        const reach = Math.max(least, Math.abs(min), Math.abs(max)) * 1.08;
        return [-reach, reach];
    };
}

export class Waves {
    private readonly voltage: Chart;
    private readonly current: Chart;

    constructor(
        place: HTMLElement,
        private readonly model: Model,
    ) {
        const phases = Array.from({ length: model.phases }, (_, phase) => phase);
        const trace = (phase: number, decimals: number): Trace => ({
            label: phaseName(phase),
            colour: phaseColour(phase),
            decimals,
        });
        const voltage_place = html('div', { class: 'chart' });
        const current_place = html('div', { class: 'chart' });
        place.replaceChildren(
            html('p', { class: 'chart-unit' }, 'Voltage, V'),
            voltage_place,
            html('p', { class: 'chart-unit' }, 'Current, A'),
            current_place,
        );
        const common = {
            height: 132,
            xLabel: 't',
            x: (ms: number) => `${Number(ms.toFixed(2))} ms`,
            sync: 'wave',
        };
        this.voltage = new Chart({
            ...common,
            place: voltage_place,
            label: 'Voltage of each phase over two periods',
            unit: 'V',
            traces: phases.map((phase) => trace(phase, 1)),
            range: symmetric(model.nominal_voltage * 0.1),
        });
        this.current = new Chart({
            ...common,
            place: current_place,
            label: 'Current of each phase and of the neutral over two periods',
            unit: 'A',
            traces: [
                ...phases.map((phase) => trace(phase, 3)),
                ...(model.neutral_current ? [{ label: 'N', colour: '--neutral', dashed: true, decimals: 3 }] : []),
            ],
            range: symmetric(model.basic_current * 0.01),
        });
    }

    show(wave: Wave): void {
        const length = Math.min(...wave.v.map(({ length }) => length), ...wave.i.map(({ length }) => length));
        if (!Number.isFinite(length) || wave.rate <= 0) return;
        const { phases, neutral_current } = this.model;
        if (wave.v.length < phases || wave.i.length < phases) return;
        const time_ms = Array.from({ length }, (_, sample) => (sample * 1000) / wave.rate);
        const cut = (samples: readonly number[]): number[] => samples.slice(0, length);
        this.voltage.show(time_ms, wave.v.slice(0, phases).map(cut));
        const neutral = neutral_current ? [cut(wave.neutral)] : [];
        this.current.show(time_ms, [...wave.i.slice(0, phases).map(cut), ...neutral]);
    }
}
