// The battery's drawer at the top of the housing: pulled out, the battery is away.

import { setText, svg } from './dom';
import { fixed } from './format';
import { makeToggle } from './toggle';
import type { Controls, PageMessage } from './protocol';

export interface BatteryDrawer {
    readonly root: SVGElement;
    show(controls: Controls): void;
}

export function batteryDrawer(send: (message: PageMessage) => void): BatteryDrawer {
    const voltage = svg('text', { class: 'battery-voltage', x: 40, y: 15 });
    const root = svg(
        'g',
        { class: 'battery-drawer', transform: 'translate(320 2)' },
        svg('rect', { class: 'drawer-hit', y: -34, width: 80, height: 50 }),
        svg(
            'g',
            { class: 'drawer' },
            svg('rect', { class: 'drawer-body', width: 80, height: 46, rx: 4 }),
            voltage,
        ),
        svg('title'),
    );
    const toggle = makeToggle(
        root,
        (present) => `Battery, ${present ? 'in its place' : 'taken out'}`,
        (present) => send({ type: 'battery', present }),
    );
    return {
        root,
        show: ({ battery }) => {
            toggle.show(battery.present);
            setText(voltage, battery.present ? `${fixed(battery.voltage, 1)} V` : 'no battery');
        },
    };
}
