// What a meter's front plate states, written out of the model's data the way IEC 62052-11 marks a meter.

import { significant } from './format';
import type { Model } from './protocol';

/** Phase voltages whose usual line voltage is not simply the square root of three times as much. */
const line_voltages: Readonly<Record<string, number>> = {
    '57.7': 100,
    '63.5': 110,
    '120': 208,
    '127': 220,
    '220': 380,
    '230': 400,
    '240': 415,
};

export function nominalVoltage(model: Model): string {
    const phase = significant(model.nominal_voltage, 4);
    if (model.phases === 1) return `${phase} V`;
    const line = line_voltages[phase];
    return line === undefined ? `${model.phases}x${phase} V` : `${model.phases}x${phase}/${line} V`;
}

export function nominalData(model: Model): string {
    const current = `${significant(model.basic_current, 4)}(${significant(model.max_current, 4)}) A`;
    return `${nominalVoltage(model)}  ${current}  ${significant(model.nominal_frequency, 4)} Hz`;
}

export interface Terminal {
    readonly label: string;
    /** Index of the phase, or null for the neutral. */
    readonly phase: number | null;
}

const line = (phase: number, label = `L${phase + 1}`): Terminal => ({ label, phase });
const neutral: Terminal = { label: 'N', phase: null };

/** Terminals from left to right. A basic current of 1 A means that current transformers feed the meter. */
export function terminals(model: Model): readonly Terminal[] {
    if (model.phases === 1) return [line(0, 'L'), neutral, neutral, line(0, 'L')];
    const phases = Array.from({ length: model.phases }, (_, phase) => phase);
    const behind_transformers = model.basic_current <= 1;
    const ways = behind_transformers
        ? phases.flatMap((phase) => [line(phase), line(phase, `V${phase + 1}`), line(phase)])
        : phases.flatMap((phase) => [line(phase), line(phase)]);
    return [...ways, neutral, neutral];
}
