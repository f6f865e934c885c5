// uPlot dressed as the page: theme colours, size of its place, values under the cursor in the legend.

import uPlot from 'uplot';
import { colour, onSchemeChange } from './theme';

export interface Trace {
    readonly label: string;
    readonly colour: string;
    readonly dashed?: boolean;
    readonly width?: number;
    readonly decimals: number;
}

export interface ChartOptions {
    readonly place: HTMLElement;
    readonly label: string;
    readonly unit: string;
    readonly height: number;
    readonly traces: readonly Trace[];
    readonly xLabel: string;
    readonly x: (value: number) => string;
    /** Bounds of the x axis for the bounds of the data; without it the axis ends where the data do. */
    readonly xRange?: (min: number) => [number, number];
    /** Distances that the marks of the x axis may have. */
    readonly xSteps?: readonly number[];
    /** Bounds of the value axis for the bounds of the data. */
    readonly range: (min: number, max: number) => [number, number];
    /** Charts with the same key move their cursors together. */
    readonly sync?: string;
}

const font = '11px system-ui, sans-serif';

export class Chart {
    private readonly plot: uPlot;
    private readonly observer: ResizeObserver;

    constructor(options: ChartOptions) {
        const { place, traces, unit, xRange } = options;
        place.setAttribute('role', 'img');
        place.setAttribute('aria-label', options.label);
        const axis: uPlot.Axis = {
            stroke: () => colour('--muted'),
            font,
            grid: { stroke: () => colour('--grid'), width: 1 },
            ticks: { show: false },
        };
        const plotted: uPlot.Options = {
            width: Math.max(120, place.clientWidth),
            height: options.height,
            padding: [8, 10, 0, 0],
            cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
            legend: { live: true },
            scales: {
                x: { time: false, ...(xRange ? { range: (_plot, min) => xRange(min ?? 0) } : {}) },
                y: { range: (_plot, min, max) => options.range(min ?? 0, max ?? 1) },
            },
            axes: [
                {
                    ...axis,
                    size: 26,
                    gap: 4,
                    values: (_plot, splits) => splits.map(options.x),
                    ...(options.xSteps ? { incrs: [...options.xSteps] } : {}),
                },
                {
                    ...axis,
                    size: 52,
                    gap: 6,
                    space: 28,
                    values: (_plot, splits) => splits.map((value) => axisNumber(value)),
                },
            ],
            series: [
                { label: options.xLabel, value: (_plot, value) => (value === null ? '' : options.x(value)) },
                ...traces.map((trace): uPlot.Series => ({
                    label: trace.label,
                    stroke: () => colour(trace.colour),
                    width: trace.width ?? 1.5,
                    points: { show: false },
                    ...(trace.dashed ? { dash: [5, 4] } : {}),
                    value: (_plot, value) => (value === null ? '' : `${value.toFixed(trace.decimals)} ${unit}`),
                })),
            ],
        };
        if (options.sync !== undefined) plotted.cursor = { ...plotted.cursor, sync: { key: options.sync } };
        const empty: uPlot.AlignedData = [[], ...traces.map(() => [])];
        place.replaceChildren();
        this.plot = new uPlot(plotted, empty, place);
        this.observer = new ResizeObserver(() => {
            if (place.clientWidth > 0) this.plot.setSize({ width: place.clientWidth, height: options.height });
        });
        this.observer.observe(place);
        onSchemeChange(() => this.plot.redraw());
    }

    show(x: readonly number[], traces: readonly (readonly number[])[]): void {
        this.plot.setData([x as number[], ...(traces as number[][])]);
    }
}

function axisNumber(value: number): string {
    if (Math.abs(value) >= 10_000) return `${Number((value / 1000).toPrecision(4))}k`;
    return String(Number(value.toPrecision(4))).replace('-', '\u2212');
}
