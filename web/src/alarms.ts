// The banner of alarms that nobody has acknowledged: it comes with the first and goes with the last.

import { setText } from './dom';
import type { State } from './protocol';

export class Alarms {
    constructor(
        private readonly banner: HTMLElement,
        private readonly text: HTMLElement,
    ) {}

    show({ alarms }: State): void {
        const names = alarms.bits.filter(({ acknowledged }) => !acknowledged).map(({ name }) => name);
        this.banner.hidden = names.length === 0;
        setText(this.text, names.join(' \u00b7 '));
    }
}
