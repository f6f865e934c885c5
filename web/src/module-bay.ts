// The module covers of the picture, and behind them the modules with their lamps.

import { setText, svg } from './dom';
import type { Controls, CoverName, Hello, ModuleSlot, PageMessage } from './protocol';
import { seal } from './seal';
import { makeToggle, type Toggle } from './toggle';

const width = 190;
const height = 88;

function grip(): SVGElement {
    return svg('path', { class: 'cover-grip', d: 'M62 26H128M62 34H128M62 42H128M62 50H128M62 58H128' });
}

function keypad(): SVGElement {
    const keys = svg('g', {});
    for (let key = 0; key < 12; key += 1) {
        const at = { x: 66 + (key % 3) * 21, y: 12 + Math.floor(key / 3) * 16.5 };
        keys.append(svg('rect', { class: 'keypad-key', ...at, width: 17, height: 13, rx: 3 }));
    }
    return keys;
}

export class ModuleBay {
    readonly root: SVGGElement;
    private readonly toggle: Toggle;
    private readonly lamps: readonly SVGElement[];
    private readonly board: SVGElement;
    private readonly kind = svg('text', { class: 'module-kind', x: width / 2, y: 42 });
    private readonly condition = svg('text', { class: 'module-condition', x: width / 2, y: 58 });

    constructor(
        private readonly slot: '1' | '2',
        x: number,
        has_keypad: boolean,
        send: (message: PageMessage) => void,
    ) {
        const name: CoverName = slot === '1' ? 'module-1' : 'module-2';
        const lamp = (): SVGElement => svg('circle', { class: 'module-lamp', cx: 172, cy: 16, r: 3.4 });
        const inner = lamp();
        const outer = lamp();
        this.lamps = [inner, outer];
        this.board = svg(
            'g',
            { class: 'module-board' },
            svg('rect', { class: 'module-card', x: 10, y: 8, width: width - 20, height: height - 16, rx: 3 }),
            this.kind,
            this.condition,
            inner,
        );
        const cover = svg(
            'g',
            { class: `bay-cover bay-cover-${slot}` },
            svg('title'),
            svg('rect', { class: 'cover', width, height, rx: 9 }),
            svg('rect', { class: 'cover-edge', x: 3, y: 3, width: width - 6, height: height - 6, rx: 7 }),
            has_keypad ? keypad() : grip(),
            outer,
            seal(slot === '1' ? 20 : 170, 68),
        );
        this.toggle = makeToggle(
            cover,
            (open) => `Module cover ${slot}, ${open ? 'open' : 'closed'}`,
            (open) => send({ type: 'cover', cover: name, open }),
        );
        this.root = svg(
            'g',
            { transform: `translate(${x} 436)` },
            svg('rect', { class: 'bay', width, height, rx: 9 }),
            this.board,
            cover,
        );
    }

    show(controls: Controls): void {
        this.toggle.show(controls.covers[this.slot === '1' ? 'module-1' : 'module-2'] ?? false);
    }

    showModules(modules: readonly ModuleSlot[]): void {
        const module = modules.find(({ slot }) => slot === this.slot);
        const state = module?.state ?? 'empty';
        for (const lamp of this.lamps) lamp.setAttribute('data-state', state);
        this.board.classList.toggle('empty', module === undefined || module.kind === null);
        setText(this.kind, module?.kind?.toUpperCase() ?? '');
        setText(this.condition, state === 'empty' ? '' : state);
    }
}

/** A model without slots has none. */
export function moduleBays({ controls, model }: Hello, send: (message: PageMessage) => void): ModuleBay[] {
    const bays: ModuleBay[] = [];
    if (controls.covers['module-1'] !== null) bays.push(new ModuleBay('1', 26, false, send));
    if (controls.covers['module-2'] !== null) bays.push(new ModuleBay('2', 224, model.input_slot, send));
    return bays;
}
