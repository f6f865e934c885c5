// What is around the meter, as labelled controls: magnet, battery, sequence, current past the meter, modules.

import { html } from './dom';
import { NumberField, SwitchField } from './fields';
import { ModuleControl } from './module-control';
import { phaseName } from './phases';
import type { Controls, Hello, PageMessage, State } from './protocol';
import { linearScale } from './slider-scale';

const strongest_magnet_mt = 400;
const highest_battery_v = 4;

export class SitePanel {
    private readonly magnet: NumberField;
    private readonly present: SwitchField;
    private readonly battery: NumberField;
    private readonly reversed: SwitchField | null;
    private readonly bypass: readonly NumberField[];
    private readonly modules: readonly ModuleControl[];

    constructor(place: HTMLElement, { model, module_kinds, controls }: Hello, send: (message: PageMessage) => void) {
        this.magnet = new NumberField({
            name: 'Magnet',
            label: 'Magnet',
            unit: 'mT',
            min: 0,
            max: 1000,
            scale: linearScale(0, strongest_magnet_mt, 1),
            onValue: (field) => send({ type: 'magnet', field }),
        });
        this.present = new SwitchField('Battery', (present) => send({ type: 'battery', present }));
        this.battery = new NumberField({
            name: 'Battery voltage',
            label: 'Battery voltage',
            unit: 'V',
            min: 0,
            max: highest_battery_v,
            scale: linearScale(0, highest_battery_v, 0.05),
            onValue: (voltage) => send({ type: 'battery', voltage }),
        });
        this.reversed =
            model.phases > 1
                ? new SwitchField('Phases in reverse order', (reversed) => send({ type: 'mains', reversed }))
                : null;
        this.bypass = controls.phases.map((_, index) => {
            const name = model.phases === 1 ? 'L' : phaseName(index);
            return new NumberField({
                name: `Past the meter ${name}`,
                label: `Share of the current that a wire leads past the meter ${name}`,
                unit: '%',
                min: 0,
                max: 100,
                scale: linearScale(0, 100, 1),
                onValue: (percent) => send({ type: 'phase', phase: index + 1, bypass: percent / 100 }),
            });
        });
        const slots = ['1', '2', 'input'] as const;
        this.modules = slots.map((slot) => new ModuleControl(slot, module_kinds, send));
        place.replaceChildren(
            html('ul', { class: 'modules', 'aria-label': 'Modules' }, ...this.modules.map(({ root }) => root)),
            html(
                'div',
                { class: 'site-fields' },
                this.magnet.root,
                this.battery.root,
                ...this.bypass.map(({ root }) => root),
            ),
            html(
                'div',
                { class: 'site-switches' },
                this.present.root,
                ...(this.reversed === null ? [] : [this.reversed.root]),
            ),
        );
    }

    show(controls: Controls): void {
        this.magnet.show(controls.magnet);
        this.present.show(controls.battery.present);
        this.battery.show(controls.battery.voltage);
        this.reversed?.show(controls.reversed);
        controls.phases.forEach(({ bypass }, index) => this.bypass[index]?.show(bypass * 100));
    }

    showState({ modules }: State): void {
        for (const control of this.modules) control.show(modules.find(({ slot }) => slot === control.slot));
    }
}
