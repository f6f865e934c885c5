// Geometry of one seven-segment digit with its decimal point.

export interface SegmentShape {
    readonly name: string;
    readonly path: string;
}

type Point = readonly [number, number];

function polygon(...points: readonly Point[]): string {
    return `M${points.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join('L')}Z`;
}

/** The segments a to g and the point, in the order of their bits, in a box of `w` by `h` with strokes `t` thick. */
export function digitSegments(w: number, h: number, t: number): readonly SegmentShape[] {
    const gap = 0.16 * t;
    const mid = h / 2;
    const half = t / 2;
    const flipX = ([x, y]: Point): Point => [w - x, y];
    const flipY = ([x, y]: Point): Point => [x, h - y];

    const a: Point[] = [
        [gap + 0.25 * t, 0],
        [w - gap - 0.25 * t, 0],
        [w - t - gap, t],
        [t + gap, t],
    ];
    const b: Point[] = [
        [w, gap + 0.25 * t],
        [w, mid - gap - 0.2 * t],
        [w - 0.3 * t, mid - gap],
        [w - t, mid - half - gap],
        [w - t, t + gap],
    ];
    const g: Point[] = [
        [half + gap, mid],
        [t + gap, mid - half],
        [w - t - gap, mid - half],
        [w - half - gap, mid],
        [w - t - gap, mid + half],
        [t + gap, mid + half],
    ];
    const left = w + 0.5 * t;
    const side = 1.3 * t;
    const point: Point[] = [
        [left, h - side],
        [left + side, h - side],
        [left + side, h],
        [left, h],
    ];

    return [
        { name: 'a', path: polygon(...a) },
        { name: 'b', path: polygon(...b) },
        { name: 'c', path: polygon(...b.map(flipY)) },
        { name: 'd', path: polygon(...a.map(flipY)) },
        { name: 'e', path: polygon(...b.map(flipY).map(flipX)) },
        { name: 'f', path: polygon(...b.map(flipX)) },
        { name: 'g', path: polygon(...g) },
        { name: 'point', path: polygon(...point) },
    ];
}
