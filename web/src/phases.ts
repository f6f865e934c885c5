// The names and colours of the conductors, the same everywhere on the page.

export const phase_names = ['L1', 'L2', 'L3'] as const;

export function phaseName(index: number): string {
    return phase_names[index] ?? `L${index + 1}`;
}

/** CSS custom property with the colour of a conductor. */
export type Conductor = '--l1' | '--l2' | '--l3' | '--neutral' | '--total';

export function phaseColour(index: number): Conductor {
    return index === 0 ? '--l1' : index === 1 ? '--l2' : '--l3';
}
