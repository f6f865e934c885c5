// A magnet that is brought to the meter: dragged along its way, or by click and key there and back.

import { svg } from './dom';
import type { Controls, PageMessage } from './protocol';

const away = { x: 64, y: -20 } as const;
const near = { x: 30, y: 214 } as const;
/** At the housing, well above what the meter's sensor calls a magnet. */
const strongest_mt = 200;
/** A pointer that moved less has clicked. */
const click_reach = 4;

export interface Magnet {
    readonly root: SVGElement;
    show(controls: Controls): void;
}

export function magnet(send: (message: PageMessage) => void): Magnet {
    const field_lines = svg('path', {
        class: 'field-lines',
        d: 'M-9 30C-26 46 26 46 9 30M-13 28C-46 66 46 66 13 28M-15 24C-66 84 66 84 15 24',
    });
    const root = svg(
        'g',
        { class: 'magnet', role: 'switch', tabindex: 0, 'aria-label': 'Magnet' },
        svg('title', {}, 'Magnet: drag it to the meter, or click'),
        svg('rect', { class: 'magnet-hit', x: -24, y: -24, width: 48, height: 66 }),
        field_lines,
        svg('circle', { class: 'focus-ring', r: 26 }),
        svg('path', { class: 'magnet-body', d: 'M-19 22V-2A19 19 0 0 1 19 -2V22H8V-2A8 8 0 0 0 -8 -2V22Z' }),
        svg('path', { class: 'magnet-poles', d: 'M-19 22V12H-8V22ZM8 22V12H19V22Z' }),
    );
    let nearness = 0;
    let start: { readonly x: number; readonly y: number } | null = null;
    let dragged = false;

    const place = (next: number): void => {
        nearness = Math.min(1, Math.max(0, next));
        const x = away.x + (near.x - away.x) * nearness;
        const y = away.y + (near.y - away.y) * nearness;
        root.setAttribute('transform', `translate(${x.toFixed(1)} ${y.toFixed(1)}) rotate(${(-90 * nearness).toFixed(0)})`);
        root.setAttribute('aria-checked', String(nearness > 0));
        root.classList.toggle('on', nearness > 0);
        field_lines.style.opacity = String(nearness);
    };
    const bring = (next: number): void => {
        const before = nearness;
        place(next);
        if (nearness !== before) send({ type: 'magnet', field: Math.round(nearness * strongest_mt) });
    };
    /** How far along its way a pointer holds it. */
    const nearnessAt = (event: PointerEvent): number => {
        const matrix = root.ownerSVGElement?.getScreenCTM()?.inverse();
        if (!matrix) return nearness;
        const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
        return (point.y - away.y) / (near.y - away.y);
    };

    root.addEventListener('pointerdown', (event) => {
        if (event.button !== 0) return;
        root.setPointerCapture(event.pointerId);
        start = { x: event.clientX, y: event.clientY };
        dragged = false;
    });
    root.addEventListener('pointermove', (event) => {
        if (start === null) return;
        dragged ||= Math.hypot(event.clientX - start.x, event.clientY - start.y) > click_reach;
        if (dragged) bring(nearnessAt(event));
    });
    root.addEventListener('pointerup', () => {
        if (start !== null && !dragged) bring(nearness > 0 ? 0 : 1);
        start = null;
    });
    root.addEventListener('pointercancel', () => (start = null));
    root.addEventListener('keydown', (event) => {
        if (event.key !== ' ' && event.key !== 'Enter') return;
        event.preventDefault();
        if (!event.repeat) bring(nearness > 0 ? 0 : 1);
    });
    place(0);
    return {
        root,
        show: (controls) => {
            if (start === null) place(controls.magnet / strongest_mt);
        },
    };
}
