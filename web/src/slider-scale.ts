// The positions of a slider for the values it sets.

export interface SliderScale {
    readonly steps: number;
    /** Value at a position from 0 to steps. */
    valueAt(position: number): number;
    positionOf(value: number): number;
}

const clamp = (value: number, min: number, max: number): number => Math.min(Math.max(value, min), max);

export function linearScale(min: number, max: number, step: number): SliderScale {
    const steps = Math.round((max - min) / step);
    return {
        steps,
        valueAt: (position) => Number((min + position * step).toFixed(6)),
        positionOf: (value) => Math.round(clamp((value - min) / step, 0, steps)),
    };
}

/** Zero at the left end, then equal ratios from `least` to `max`: a starting current is as easy to set as Imax. */
export function logarithmicScale(least: number, max: number, steps: number): SliderScale {
    const ratio = Math.log(max / least);
    return {
        steps,
        valueAt: (position) => {
            if (position <= 0) return 0;
            if (position >= steps) return max;
            return Number((least * Math.exp((ratio * (position - 1)) / (steps - 1))).toPrecision(3));
        },
        positionOf: (value) =>
            value < least ? 0 : Math.round(clamp(1 + (Math.log(value / least) / ratio) * (steps - 1), 1, steps)),
    };
}
