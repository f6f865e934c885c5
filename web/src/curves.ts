// Live curves of the last minutes: active power of each phase and in all, and the voltages.

import { Chart, type Trace } from './chart';
import { phaseColour, phaseName } from './phases';
import type { Model, Tick } from './protocol';

const window_s = 300;
/** The axis grows with the history, from this. */
const first_window_s = 30;
const redraw_ms = 250;
/** Old points leave in blocks, for moving a list at every tick would cost more. */
const trim_points = 600;

class History {
    private readonly at_s: number[] = [];
    private readonly traces: number[][];

    constructor(traces: number) {
        this.traces = Array.from({ length: traces }, () => []);
    }

    add(now_s: number, values: readonly number[]): void {
        this.at_s.push(now_s);
        this.traces.forEach((trace, index) => trace.push(values[index] ?? 0));
        if ((this.at_s[trim_points] ?? now_s) < now_s - window_s) {
            for (const list of [this.at_s, ...this.traces]) list.splice(0, trim_points);
        }
    }

    drawOn(chart: Chart, now_s: number): void {
        chart.show(
            this.at_s.map((at_s) => at_s - now_s),
            this.traces,
        );
    }
}

function ago(seconds: number): string {
    const whole = Math.round(-seconds);
    return whole === 0 ? 'now' : `\u2212${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

export class Curves {
    private readonly power: Chart;
    private readonly voltage: Chart;
    private readonly power_history: History;
    private readonly voltage_history: History;
    private drawn_ms = 0;

    constructor(
        power_place: HTMLElement,
        voltage_place: HTMLElement,
        private readonly model: Model,
    ) {
        const phases = Array.from({ length: model.phases }, (_, phase) => phase);
        const trace = (phase: number): Trace => ({
            label: phaseName(phase),
            colour: phaseColour(phase),
            decimals: 1,
        });
        const total: readonly Trace[] =
            model.phases > 1 ? [{ label: 'Total', colour: '--total', width: 2, decimals: 1 }] : [];
        const common = {
            height: 190,
            xLabel: 't',
            x: ago,
            xRange: (oldest: number): [number, number] => [Math.max(-window_s, Math.min(-first_window_s, oldest)), 0],
            xSteps: [5, 10, 15, 30, 60],
            sync: 'curve',
        };
        const span = (model.nominal_voltage * model.basic_current) / 100;
        this.power = new Chart({
            ...common,
            place: power_place,
            label: 'Active power over the last five minutes',
            unit: 'W',
            traces: [...phases.map(trace), ...total],
            range: (min, max) => {
                const margin = Math.max(span, (Math.max(max, 0) - Math.min(min, 0)) * 0.08);
                return [min < 0 ? min - margin : 0, max > 0 ? max + margin : 0];
            },
        });
        this.voltage = new Chart({
            ...common,
            place: voltage_place,
            label: 'Voltage over the last five minutes',
            unit: 'V',
            traces: phases.map(trace),
            range: (min, max) => {
                const margin = Math.max(model.nominal_voltage * 0.01, (max - min) * 0.1);
                return [min - margin, max + margin];
            },
        });
        this.power_history = new History(phases.length + total.length);
        this.voltage_history = new History(phases.length);
    }

    show({ phases, total }: Tick): void {
        const now_ms = performance.now();
        const own = phases.slice(0, this.model.phases);
        this.power_history.add(now_ms / 1000, [...own.map(({ p }) => p), total.p]);
        this.voltage_history.add(
            now_ms / 1000,
            own.map(({ v }) => v),
        );
        if (now_ms - this.drawn_ms < redraw_ms || document.hidden) return;
        this.drawn_ms = now_ms;
        this.power_history.drawOn(this.power, now_ms / 1000);
        this.voltage_history.drawOn(this.voltage, now_ms / 1000);
    }
}
