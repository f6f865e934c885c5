// Live controls of what the meter measures: load and voltage of each phase, frequency, household.

import { html } from './dom';
import { ChoiceField, NumberField, SwitchField } from './fields';
import { phaseName } from './phases';
import type { Controls, Model, PageMessage, PhaseControl } from './protocol';
import { linearScale, logarithmicScale } from './slider-scale';

type Send = (message: PageMessage) => void;

class PhaseControls {
    readonly root: HTMLElement;
    private readonly current: NumberField;
    private readonly voltage: NumberField;
    private readonly power_factor: NumberField;
    private readonly inductive: ChoiceField;
    private readonly exporting: ChoiceField;

    constructor(model: Model, index: number, send: Send) {
        const phase = index + 1;
        const name = model.phases === 1 ? 'L' : phaseName(index);
        const tell = (change: Partial<PhaseControl>): void => send({ type: 'phase', phase, ...change });
        const max_voltage = model.nominal_voltage * 1.5;
        // Down to a tenth of a 0.4 % starting current, to see the meter stand still.
        const least_current = model.basic_current * 0.0004;
        this.current = new NumberField({
            name: 'Current',
            label: `Current ${name}`,
            unit: 'A',
            min: 0,
            max: model.max_current * 2,
            scale: logarithmicScale(least_current, model.max_current, 1000),
            onValue: (current) => tell({ current }),
        });
        this.voltage = new NumberField({
            name: 'Voltage',
            label: `Voltage ${name}`,
            unit: 'V',
            min: 0,
            max: max_voltage,
            scale: linearScale(0, max_voltage, model.nominal_voltage / 460),
            onValue: (voltage) => tell({ voltage }),
        });
        this.power_factor = new NumberField({
            name: 'cos \u03c6',
            label: `Power factor ${name}`,
            unit: '',
            min: 0,
            max: 1,
            scale: linearScale(0, 1, 0.01),
            onValue: (power_factor) => tell({ power_factor }),
        });
        this.inductive = new ChoiceField(
            `inductive-${phase}`,
            `Kind of load ${name}`,
            [
                { text: 'ind.', label: 'inductive', value: true },
                { text: 'cap.', label: 'capacitive', value: false },
            ],
            (inductive) => tell({ inductive }),
        );
        this.exporting = new ChoiceField(
            `export-${phase}`,
            `Direction of energy ${name}`,
            [
                { text: 'import', label: 'import', value: false },
                { text: 'export', label: 'export', value: true },
            ],
            (exporting) => tell({ export: exporting }),
        );
        this.root = html(
            'fieldset',
            { class: `phase-controls phase-${phase}` },
            html('legend', {}, html('span', { class: `chip chip-${phase}` }, name)),
            this.current.root,
            this.voltage.root,
            this.power_factor.root,
            this.inductive.root,
            this.exporting.root,
        );
    }

    show(control: PhaseControl): void {
        this.current.show(control.current);
        this.voltage.show(control.voltage);
        this.power_factor.show(control.power_factor);
        this.inductive.show(control.inductive);
        this.exporting.show(control.export);
    }
}

export class ControlPanel {
    private readonly phases: readonly PhaseControls[];
    private readonly frequency: NumberField;
    private readonly household: SwitchField;

    constructor(place: HTMLElement, model: Model, send: Send) {
        const { nominal_frequency } = model;
        this.phases = Array.from({ length: model.phases }, (_, index) => new PhaseControls(model, index, send));
        this.frequency = new NumberField({
            name: 'Frequency',
            label: 'Frequency',
            unit: 'Hz',
            min: nominal_frequency * 0.9,
            max: nominal_frequency * 1.1,
            scale: linearScale(nominal_frequency * 0.9, nominal_frequency * 1.1, 0.01),
            onValue: (frequency) => send({ type: 'mains', frequency }),
        });
        this.household = new SwitchField('Simulated household', (on) => send({ type: 'household', on }));
        place.replaceChildren(
            html('div', { class: 'phases-controls' }, ...this.phases.map(({ root }) => root)),
            html('div', { class: 'mains-controls' }, this.frequency.root, this.household.root),
        );
    }

    show(controls: Controls): void {
        controls.phases.forEach((control, index) => this.phases[index]?.show(control));
        this.frequency.show(controls.frequency);
        this.household.show(controls.household);
    }
}
