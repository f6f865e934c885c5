// A switch in one of the wires that come from the mains: it sits on the cable below its terminal.

import { svg } from './dom';
import { makeToggle } from './toggle';
import type { Controls, PageMessage } from './protocol';

const y = 700;

export interface MainsSwitch {
    readonly root: SVGElement;
    show(controls: Controls): void;
}

/** `phase` is an index, or null for the neutral. */
export function mainsSwitch(
    x: number,
    phase: number | null,
    send: (message: PageMessage) => void,
): MainsSwitch {
    const wire = phase === null ? 'N' : `L${phase + 1}`;
    const root = svg(
        'g',
        { class: 'mains-switch', transform: `translate(${x} ${y})` },
        svg('title'),
        svg('rect', { class: 'switch-body', x: -13, y: -21, width: 26, height: 42, rx: 4 }),
        svg('rect', { class: 'switch-slot', x: -7, y: -15, width: 14, height: 22, rx: 3 }),
        svg('rect', { class: 'switch-lever', x: -8.5, y: -17, width: 17, height: 13, rx: 2.5 }),
        svg('text', { class: 'switch-name', y: 17 }, wire),
    );
    const toggle = makeToggle(
        root,
        (closed) => `Mains switch ${wire}, ${closed ? 'on' : 'off'}`,
        (closed) => send({ type: 'switch', wire, closed }),
    );
    return {
        root,
        show: ({ phases, neutral_switch }) =>
            toggle.show(phase === null ? neutral_switch : (phases[phase]?.switch ?? true)),
    };
}
