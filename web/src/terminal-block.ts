// The lower third of the meter: terminal block under its transparent cover, and the cables with their switches.

import { svg } from './dom';
import { mainsSwitch, type MainsSwitch } from './mains-switch';
import { terminals } from './nameplate';
import { phaseColour } from './phases';
import type { Controls, Model, PageMessage } from './protocol';
import { seal } from './seal';
import { makeToggle, type Toggle } from './toggle';

const block = { x: 38, y: 566, width: 364, height: 78 } as const;
const cable_end = 752;

function screw(x: number, y: number, r: number): SVGGElement {
    const slot = r * 0.62;
    return svg(
        'g',
        { transform: `translate(${x} ${y})` },
        svg('circle', { r, fill: 'url(#zinc)', stroke: '#6c7175', 'stroke-width': 0.8 }),
        svg('path', { d: `M${-slot} ${-slot}L${slot} ${slot}M${slot} ${-slot}L${-slot} ${slot}`, class: 'screw-slot' }),
    );
}

export interface TerminalBlock {
    readonly root: SVGGElement;
    show(controls: Controls): void;
}

function terminalCover(send: (message: PageMessage) => void): { root: SVGElement; toggle: Toggle } {
    const root = svg(
        'g',
        { class: 'terminal-lid' },
        svg('title'),
        svg('rect', { class: 'terminal-cover', x: 24, y: 536, width: 392, height: 132, rx: 11 }),
        svg('path', { class: 'cover-gleam', d: 'M40 540H196L128 664H30V550Q30 540 40 540Z' }),
        seal(46, 552),
        seal(394, 552),
    );
    const toggle = makeToggle(
        root,
        (open) => `Terminal cover, ${open ? 'open' : 'closed'}`,
        (open) => send({ type: 'cover', cover: 'terminal', open }),
    );
    return { root, toggle };
}

export function terminalBlock(model: Model, send: (message: PageMessage) => void): TerminalBlock {
    const ways = terminals(model);
    const pitch = block.width / ways.length;
    const half = Math.min(15, pitch * 0.34);
    const cables = svg('g', {});
    const clamps = svg('g', {});
    const switches: MainsSwitch[] = [];
    const switched = new Set<number | null>();
    ways.forEach(({ label, phase }, index) => {
        const x = block.x + pitch * (index + 0.5);
        const colour = `var(${phase === null ? '--neutral' : phaseColour(phase)})`;
        cables.append(
            svg('rect', { class: 'copper', x: x - half * 0.5, y: 620, width: half, height: 26 }),
            svg('path', { class: 'cable', d: `M${x} 643V${cable_end}`, stroke: colour, 'stroke-width': half * 1.5 }),
            svg('path', { class: 'cable-light', d: `M${x - half * 0.34} 643V${cable_end}`, 'stroke-width': half * 0.22 }),
        );
        clamps.append(
            svg('rect', { class: 'cavity', x: x - half, y: 592, width: half * 2, height: 46, rx: 3 }),
            screw(x, 606, half * 0.66),
            svg('path', { class: 'cage', d: `M${x - half * 0.7} 622h${half * 1.4}v14h${-half * 1.4}z` }),
            svg('text', { class: 'terminal-label', x, y: 585 }, label),
        );
        // The first terminal of each wire is where the mains come in.
        if (!switched.has(phase)) switches.push(mainsSwitch(x, phase, send));
        switched.add(phase);
    });
    const cover = terminalCover(send);
    const root = svg(
        'g',
        { role: 'group', 'aria-label': `Terminals ${ways.map(({ label }) => label).join(' ')}` },
        svg('rect', { class: 'terminal-bay', x: 26, y: 538, width: 388, height: 128, rx: 10 }),
        svg('rect', { class: 'terminal-block', ...block, rx: 4 }),
        cables,
        clamps,
        ...switches.map((part) => part.root),
        cover.root,
    );
    return {
        root,
        show: (controls) => {
            cover.toggle.show(controls.covers.terminal ?? false);
            for (const part of switches) part.show(controls);
        },
    };
}
