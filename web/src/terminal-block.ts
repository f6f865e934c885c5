// The lower third of the meter: module covers, terminal block under its transparent cover, and the cables.

import { svg } from './dom';
import { terminals } from './nameplate';
import type { Model } from './protocol';
import { phaseColour } from './phases';

const block = { x: 38, y: 566, width: 364, height: 78 } as const;

function screw(x: number, y: number, r: number): SVGGElement {
    const slot = r * 0.62;
    return svg(
        'g',
        { transform: `translate(${x} ${y})` },
        svg('circle', { r, fill: 'url(#zinc)', stroke: '#6c7175', 'stroke-width': 0.8 }),
        svg('path', { d: `M${-slot} ${-slot}L${slot} ${slot}M${slot} ${-slot}L${-slot} ${slot}`, class: 'screw-slot' }),
    );
}

/** A sealed screw: the sealing cap and its wire. */
function seal(x: number, y: number): SVGGElement {
    return svg(
        'g',
        { transform: `translate(${x} ${y})` },
        svg('circle', { r: 8, class: 'seal-seat' }),
        svg('path', { d: 'M-2 2C-9 12 -1 17 2 10M2 2C8 8 8 13 2 10', class: 'seal-wire' }),
        svg('circle', { r: 4.6, class: 'seal-cap' }),
        svg('path', { d: 'M-2 0H2M0 -2V2', class: 'seal-mark' }),
    );
}

function moduleCover(x: number, keypad: boolean): SVGGElement {
    const group = svg('g', { transform: `translate(${x} 436)` });
    group.append(
        svg('rect', { class: 'cover', width: 190, height: 88, rx: 9 }),
        svg('rect', { class: 'cover-edge', x: 3, y: 3, width: 184, height: 82, rx: 7 }),
    );
    if (keypad) {
        for (let key = 0; key < 12; key += 1) {
            const at = { x: 66 + (key % 3) * 21, y: 12 + Math.floor(key / 3) * 16.5 };
            group.append(svg('rect', { class: 'keypad-key', ...at, width: 17, height: 13, rx: 3 }));
        }
    } else {
        group.append(
            svg('path', { class: 'cover-grip', d: 'M62 26H128M62 34H128M62 42H128M62 50H128M62 58H128' }),
            svg('circle', { class: 'module-lamp', cx: 172, cy: 16, r: 3 }),
        );
    }
    group.append(seal(keypad ? 170 : 20, 68));
    return group;
}

export function terminalBlock(model: Model): SVGGElement {
    const ways = terminals(model);
    const pitch = block.width / ways.length;
    const half = Math.min(15, pitch * 0.34);
    const cables = svg('g', {});
    const clamps = svg('g', {});
    ways.forEach(({ label, phase }, index) => {
        const x = block.x + pitch * (index + 0.5);
        const colour = `var(${phase === null ? '--neutral' : phaseColour(phase)})`;
        cables.append(
            svg('rect', { class: 'copper', x: x - half * 0.5, y: 620, width: half, height: 26 }),
            svg('path', { class: 'cable', d: `M${x} 643V730`, stroke: colour, 'stroke-width': half * 1.5 }),
            svg('path', { class: 'cable-light', d: `M${x - half * 0.34} 643V730`, 'stroke-width': half * 0.22 }),
        );
        clamps.append(
            svg('rect', { class: 'cavity', x: x - half, y: 592, width: half * 2, height: 46, rx: 3 }),
            screw(x, 606, half * 0.66),
            svg('path', { class: 'cage', d: `M${x - half * 0.7} 622h${half * 1.4}v14h${-half * 1.4}z` }),
            svg('text', { class: 'terminal-label', x, y: 585 }, label),
        );
    });
    return svg(
        'g',
        { role: 'img', 'aria-label': `Terminals ${ways.map(({ label }) => label).join(' ')}` },
        moduleCover(26, false),
        moduleCover(224, true),
        svg('rect', { class: 'terminal-bay', x: 26, y: 538, width: 388, height: 128, rx: 10 }),
        svg('rect', { class: 'terminal-block', ...block, rx: 4 }),
        cables,
        clamps,
        svg('rect', { class: 'terminal-cover', x: 24, y: 536, width: 392, height: 132, rx: 11 }),
        svg('path', { class: 'cover-gleam', d: 'M40 540H196L128 664H30V550Q30 540 40 540Z' }),
        seal(46, 552),
        seal(394, 552),
    );
}
