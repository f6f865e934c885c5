// One module slot: what is plugged in, how it is, and what can be done to it.

import { html, setText } from './dom';
import type { ModuleSlot, PageMessage } from './protocol';

const strongest_signal = 31;

export class ModuleControl {
    readonly root: HTMLElement;
    private readonly lamp = html('span', { class: 'state-lamp', 'aria-hidden': 'true' });
    private readonly text = html('span', { class: 'module-text' });
    private readonly kind: HTMLSelectElement;
    private readonly plug: HTMLButtonElement;
    private readonly pull: HTMLButtonElement;
    private readonly hang: HTMLButtonElement;
    private readonly lose: HTMLButtonElement;
    private dead = false;

    constructor(
        readonly slot: ModuleSlot['slot'],
        kinds: readonly string[],
        send: (message: PageMessage) => void,
    ) {
        const name = slot === 'input' ? 'input slot' : `slot ${slot}`;
        const button = (text: string, onClick: () => void): HTMLButtonElement => {
            const element = html('button', { type: 'button', 'aria-label': `${text}, ${name}` }, text);
            element.addEventListener('click', onClick);
            return element;
        };
        this.kind = html(
            'select',
            { 'aria-label': `Kind of module, ${name}` },
            ...kinds
                .filter((kind) => (kind === 'input') === (slot === 'input'))
                .map((kind) => html('option', { value: kind }, kind)),
        );
        if (slot !== 'input' && kinds.includes('cellular')) this.kind.value = 'cellular';
        this.plug = button('Plug in', () => send({ type: 'module', slot, act: 'plug', kind: this.kind.value }));
        this.pull = button('Pull', () => send({ type: 'module', slot, act: 'pull' }));
        this.hang = button('Hang', () => send({ type: 'module', slot, act: this.dead ? 'repair' : 'die' }));
        this.lose = button('Lose network', () => send({ type: 'module', slot, act: 'lose-network' }));
        this.root = html(
            'li',
            { class: 'module', 'data-slot': slot },
            this.lamp,
            html('span', { class: 'module-name' }, slot === 'input' ? 'Input' : `Slot ${slot}`),
            this.text,
            html('span', { class: 'module-acts' }, this.kind, this.plug, this.lose, this.hang, this.pull),
        );
    }

    /** Undefined: the model has no such slot. */
    show(module: ModuleSlot | undefined): void {
        this.root.hidden = module === undefined;
        if (module === undefined) return;
        const { kind, state, signal, dead } = module;
        const plugged = kind !== null;
        this.dead = dead;
        this.lamp.dataset['state'] = state;
        const strength = signal === null ? '' : `, signal ${signal} of ${strongest_signal}`;
        setText(this.text, plugged ? `${kind}, ${state}${strength}` : 'empty');
        this.kind.hidden = plugged;
        this.plug.hidden = plugged;
        this.pull.hidden = !plugged;
        this.hang.hidden = !plugged;
        this.lose.hidden = state !== 'online' || !['cellular', 'plc', 'hplc', 'bplc', 'rf'].includes(kind ?? '');
        const act = dead ? 'Repair' : 'Hang';
        if (this.hang.textContent !== act) {
            this.hang.textContent = act;
            this.hang.setAttribute(
                'aria-label',
                `${act}, ${this.slot === 'input' ? 'input slot' : `slot ${this.slot}`}`,
            );
        }
    }
}
