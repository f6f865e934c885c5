// The glass: one SVG element a segment, dark exactly where the meter's segment memory has a bit.

import { svg } from './dom';
import { octetsOf } from './format';
import { digitSegments } from './lcd-digit';
import { glass, symbolOf, unknownSymbol, type Symbol } from './lcd-symbols';
import type { Hello, LcdBits } from './protocol';
import { strokedText } from './stroke-font';

const segments_a_digit = 8;
const slant = 'skewX(-5)';

interface DigitRow {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
    readonly digits: number;
    readonly slimmest: number;
}

/** Part of a digit's width that a segment is thick: small digits need more to be read. */
const thickness_of = { digit: 0.185, code: 0.22 } as const;

export class Lcd {
    readonly root: SVGGElement;
    private readonly digits: Segments;
    private readonly code: Segments;
    private readonly annunciators: Segments;

    constructor({ model, annunciators }: Pick<Hello, 'model' | 'annunciators'>) {
        const code = digitRow('code', { x: 14, y: 10, width: 92, height: 22, digits: model.code_digits, slimmest: 6 });
        const digits = digitRow('digit', { x: 18, y: 47, width: 260, height: 70, digits: model.digits, slimmest: 8 });
        const unplaced = annunciators.filter((name) => symbolOf(name) === undefined);
        const marks = annunciators.map((name) =>
            annunciator(name, symbolOf(name) ?? unknownSymbol(name, unplaced.indexOf(name))),
        );
        this.code = new Segments(code.segments);
        this.digits = new Segments(digits.segments);
        this.annunciators = new Segments(marks);
        this.root = svg(
            'g',
            { class: 'lcd', role: 'img', 'aria-label': 'Liquid crystal display' },
            svg('rect', { class: 'lcd-glass', width: glass.width, height: glass.height, rx: 3 }),
            svg('path', { class: 'lcd-rule', d: `M12 38.5H${glass.width - 12}M12 125H${glass.width - 12}` }),
            code.group,
            digits.group,
            svg('g', {}, ...marks),
        );
    }

    show(bits: LcdBits): void {
        this.digits.show(bits.digits);
        this.code.show(bits.code);
        this.annunciators.show(bits.annunciators);
        this.root.classList.toggle('backlight', bits.backlight);
    }

    /** The glass of a meter that says nothing. */
    clear(): void {
        this.show({ digits: '', code: '', annunciators: '', backlight: false });
    }
}

/** A run of segments in the order of their bits, bit 0 of the first octet first. */
class Segments {
    private shown = '';

    constructor(private readonly segments: readonly SVGElement[]) {}

    show(hex: string): void {
        if (hex === this.shown) return;
        this.shown = hex;
        const octets = octetsOf(hex) ?? [];
        this.segments.forEach((segment, bit) => {
            segment.classList.toggle('lit', (((octets[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1);
        });
    }
}

function digitRow(kind: 'digit' | 'code', row: DigitRow): { group: SVGGElement; segments: SVGElement[] } {
    const pitch = row.width / Math.max(row.digits, row.slimmest);
    const width = pitch * 0.66;
    const height = Math.min(row.height, width * 2.9);
    const thickness = width * thickness_of[kind];
    const shapes = digitSegments(width, height, thickness);
    const segments: SVGElement[] = [];
    const group = svg('g', { transform: `translate(${row.x} ${row.y + (row.height - height) / 2})` });
    for (let place = 0; place < row.digits; place += 1) {
        const own = shapes.map(({ name, path }) => svg('path', { class: 'segment', 'data-segment': name, d: path }));
        segments.push(...own.slice(0, segments_a_digit));
        const transform = `translate(${(place * pitch + height * 0.07).toFixed(2)} 0) ${slant}`;
        group.append(svg('g', { [`data-${kind}`]: place, transform }, ...own));
    }
    return { group, segments };
}

function annunciator(name: string, symbol: Symbol): SVGElement {
    const place = `translate(${symbol.x.toFixed(2)} ${symbol.y}) scale(${symbol.scale})`;
    const group = svg('g', { class: 'segment symbol', 'data-annunciator': name, transform: place });
    group.append(svg('title', {}, symbol.title));
    if (symbol.text !== undefined) {
        for (const { x, path } of strokedText(symbol.text).parts) {
            group.append(svg('path', { class: 'stroke', d: path, transform: `translate(${x} 0)` }));
        }
    }
    if (symbol.stroke) group.append(svg('path', { class: 'stroke', d: symbol.stroke }));
    if (symbol.fill) group.append(svg('path', { class: 'fill', d: symbol.fill }));
    return group;
}
