// Input fields that follow the meter, except while somebody is using them.

import { html } from './dom';
import { significant } from './format';
import type { SliderScale } from './slider-scale';

/** A drag makes many events; the meter is told at most this often, and always the last value. */
const send_every_ms = 60;
/** After the last move the meter's answers may still be those to earlier moves; the slider waits for them to pass. */
const settle_ms = 400;

function throttled(send: (value: number) => void): (value: number) => void {
    let timer = 0;
    let last_ms = -Infinity;
    let pending: number | null = null;
    const flush = (): void => {
        timer = 0;
        if (pending === null) return;
        last_ms = performance.now();
        send(pending);
        pending = null;
    };
    return (value) => {
        pending = value;
        if (timer !== 0) return;
        const wait_ms = send_every_ms - (performance.now() - last_ms);
        if (wait_ms <= 0) flush();
        else timer = window.setTimeout(flush, wait_ms);
    };
}

export interface NumberFieldOptions {
    readonly name: string;
    /** Said by a screen reader, as the visible name alone does not tell which phase. */
    readonly label: string;
    readonly unit: string;
    readonly min: number;
    readonly max: number;
    readonly scale: SliderScale;
    readonly onValue: (value: number) => void;
}

/** As much of it as the entry shows: what a household draws has more digits than anybody reads. */
function entryText(value: number): string {
    return String(Number(Number(significant(value, 6)).toFixed(4)));
}

/** An exact entry and a slider for the same value. */
export class NumberField {
    readonly root: HTMLElement;
    private readonly entry: HTMLInputElement;
    private readonly slider: HTMLInputElement;
    private value = 0;
    private dragging = false;
    private settle_timer = 0;
    /** What the meter said while the slider was being moved. */
    private said: number | null = null;

    constructor(private readonly options: NumberFieldOptions) {
        const { name, label, unit, scale, min, max } = options;
        const exact = unit === '' ? label : `${label}, ${unit}`;
        this.entry = html('input', {
            type: 'number',
            inputmode: 'decimal',
            step: 'any',
            min,
            max,
            'aria-label': exact,
        });
        this.slider = html('input', { type: 'range', min: 0, max: scale.steps, 'aria-label': `${label}, slider` });
        const send = throttled(options.onValue);
        this.slider.addEventListener('pointerdown', () => (this.dragging = true));
        for (const end of ['pointerup', 'pointercancel', 'blur'] as const) {
            this.slider.addEventListener(end, () => {
                this.dragging = false;
                this.settleLater();
            });
        }
        this.slider.addEventListener('input', () => {
            this.value = scale.valueAt(this.slider.valueAsNumber);
            this.writeEntry();
            this.writeSliderText();
            this.settleLater();
            send(this.value);
        });
        this.entry.addEventListener('change', () => this.enter());
        this.entry.addEventListener('keydown', (event) => {
            if (event.key === 'Escape') this.writeEntry();
        });
        this.root = html(
            'div',
            { class: 'number-field' },
            html('span', { class: 'field-name', 'aria-hidden': 'true' }, name),
            html('span', { class: 'entry' }, this.entry, html('span', { class: 'unit', 'aria-hidden': 'true' }, unit)),
            this.slider,
        );
    }

    show(value: number): void {
        if (this.dragging || this.settle_timer !== 0) {
            this.said = value;
            return;
        }
        this.value = value;
        if (document.activeElement !== this.entry) this.writeEntry();
        this.slider.value = String(this.options.scale.positionOf(value));
        this.writeSliderText();
    }

    private settleLater(): void {
        window.clearTimeout(this.settle_timer);
        this.settle_timer = window.setTimeout(() => {
            this.settle_timer = 0;
            const said = this.said;
            this.said = null;
            if (said !== null) this.show(said);
        }, settle_ms);
    }

    private enter(): void {
        const value = this.entry.valueAsNumber;
        if (!this.entry.validity.valid || !Number.isFinite(value)) {
            this.writeEntry();
            return;
        }
        this.value = value;
        this.slider.value = String(this.options.scale.positionOf(value));
        this.writeSliderText();
        this.options.onValue(value);
    }

    private writeEntry(): void {
        this.entry.value = entryText(this.value);
    }

    private writeSliderText(): void {
        const part = (100 * this.slider.valueAsNumber) / this.options.scale.steps;
        this.slider.style.setProperty('--part', `${part}%`);
        this.slider.setAttribute('aria-valuetext', `${significant(this.value, 4)} ${this.options.unit}`);
    }
}

export interface Choice {
    readonly text: string;
    readonly label: string;
    readonly value: boolean;
}

/** Two exclusive choices side by side. */
export class ChoiceField {
    readonly root: HTMLElement;
    private readonly inputs: readonly { readonly input: HTMLInputElement; readonly value: boolean }[];

    constructor(name: string, label: string, choices: readonly Choice[], onValue: (value: boolean) => void) {
        this.root = html('div', { class: 'choice-field', role: 'radiogroup', 'aria-label': label });
        this.inputs = choices.map((choice) => {
            const input = html('input', { type: 'radio', name, 'aria-label': choice.label });
            input.addEventListener('change', () => {
                if (input.checked) onValue(choice.value);
            });
            this.root.append(html('label', { title: choice.label }, input, html('span', {}, choice.text)));
            return { input, value: choice.value };
        });
    }

    show(value: boolean): void {
        for (const choice of this.inputs) choice.input.checked = choice.value === value;
    }
}

export class SwitchField {
    readonly root: HTMLElement;
    private readonly input: HTMLInputElement;

    constructor(text: string, onValue: (value: boolean) => void) {
        this.input = html('input', { type: 'checkbox', role: 'switch' });
        this.input.addEventListener('change', () => onValue(this.input.checked));
        this.root = html('label', { class: 'switch-field' }, this.input, html('span', { class: 'switch' }), text);
    }

    show(value: boolean): void {
        this.input.checked = value;
    }
}
