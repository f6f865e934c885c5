// The meter as one sees it on the wall: housing, front plate, glass, lamps, optical port and buttons, covers and what
// hands bring.

import { code39 } from './barcode';
import { batteryDrawer } from './battery-drawer';
import { svg } from './dom';
import { Lcd } from './lcd';
import type { Lamps } from './leds';
import { magnet } from './magnet';
import { moduleBays } from './module-bay';
import { nominalData } from './nameplate';
import type { Controls, Hello, PageMessage, State } from './protocol';
import { makePushButton } from './push-button';
import { seal } from './seal';
import { terminalBlock } from './terminal-block';
import { makeToggle, type Toggle } from './toggle';

export interface MeterPicture {
    readonly root: SVGSVGElement;
    readonly lcd: Lcd;
    showControls(controls: Controls): void;
    showState(state: State): void;
    readonly lamps: Lamps;
}

type Stop = readonly [offset: number, colour: string];

function gradient(id: string, vertical: boolean, ...stops: readonly Stop[]): SVGElement {
    return svg(
        'linearGradient',
        { id, x1: 0, y1: 0, x2: vertical ? 0 : 1, y2: vertical ? 1 : 0 },
        ...stops.map(([offset, colour]) => svg('stop', { offset, 'stop-color': colour })),
    );
}

function paints(): SVGElement {
    return svg(
        'defs',
        {},
        gradient(
            'housing',
            false,
            [0, '#c9cdd0'],
            [0.04, '#eceeef'],
            [0.5, '#f4f5f5'],
            [0.96, '#e3e6e8'],
            [1, '#babfc3'],
        ),
        gradient('cover', true, [0, '#f7f8f8'], [1, '#dfe2e4']),
        gradient('plate', true, [0, '#fdfdfc'], [1, '#f1f2f0']),
        gradient('bezel', true, [0, '#24282b'], [1, '#121517']),
        gradient('zinc', true, [0, '#e8eaeb'], [0.5, '#aab0b4'], [1, '#7d8387']),
        gradient('ring', false, [0, '#8d9397'], [0.3, '#f3f4f5'], [0.55, '#9aa0a4'], [0.8, '#e4e7e8'], [1, '#7c8286']),
        gradient('key', true, [0, '#5b6770'], [1, '#3d474e']),
        gradient('red-key', true, [0, '#c4564a'], [1, '#94362c']),
        gradient('flap', true, [0, '#ffffff'], [1, '#cfd6da']),
    );
}

function housing(): SVGElement {
    return svg(
        'g',
        {},
        svg('path', { class: 'housing', d: 'M184 24V14Q184 5 193 5H247Q256 5 256 14V24Z' }),
        svg('path', { class: 'lug-hole', d: 'M214 12.5A6 6 0 0 1 226 12.5L223 20H217Z' }),
        svg('rect', { class: 'housing', x: 12, y: 18, width: 416, height: 662, rx: 22 }),
        svg('path', { class: 'housing-gleam', d: 'M34 20.5H406' }),
        svg('rect', { class: 'inside', x: 26, y: 32, width: 388, height: 392, rx: 15 }),
    );
}

function frontCover(): SVGElement {
    return svg(
        'g',
        {},
        svg('rect', { class: 'cover', x: 26, y: 32, width: 388, height: 392, rx: 15 }),
        svg('rect', { class: 'plate', x: 38, y: 44, width: 364, height: 368, rx: 9 }),
    );
}

/** The screw that holds the meter cover: sealed, and who opens it opens the meter. */
function coverScrew(send: (message: PageMessage) => void): { root: SVGElement; toggle: Toggle } {
    const root = svg('g', { class: 'cover-screw' }, svg('title'), seal(231, 399));
    const toggle = makeToggle(
        root,
        (open) => `Meter cover, ${open ? 'open' : 'closed'}`,
        (open) => send({ type: 'cover', cover: 'meter', open }),
    );
    return { root, toggle };
}

function lettering({ model, serial }: Hello): SVGElement {
    const bars = code39(serial);
    const text = (x: number, y: number, name: string, content: string): SVGElement =>
        svg('text', { x, y, class: name }, content);
    return svg(
        'g',
        {},
        text(54, 71, 'plate-name', model.name),
        text(54, 85, 'plate-small', model.title),
        text(386, 71, 'plate-maker', 'BLATHY'),
        text(386, 85, 'plate-small plate-right', 'kWh \u00b7 kvarh'),
        text(54, 304, 'plate-data', nominalData(model)),
        text(54, 321, 'plate-small', `kWh Cl. ${model.active_class}   kvarh Cl. ${model.reactive_class}`),
        svg('path', { class: 'plate-symbol', d: 'M55 331H69V345H55ZM58.5 334.5H65.5V341.5H58.5Z' }),
        svg('path', { class: 'plate-symbol', d: 'M80 331V345M88 331V345M96 331V345M76 338H100' }),
        text(110, 342, 'plate-small', 'IEC 62052-11'),
        svg('path', {
            class: 'barcode',
            d: bars.path,
            transform: `translate(54 355) scale(${(186 / bars.width).toFixed(4)} 30)`,
        }),
        text(54, 399, 'plate-serial', `No. ${serial}`),
    );
}

function lamp(x: number, caption: string, kind: string): { group: SVGElement; lamp: SVGElement } {
    const bulb = svg('g', { class: `lamp lamp-${kind}`, role: 'img', 'aria-label': `LED ${kind}` });
    bulb.append(
        svg('circle', { class: 'lamp-halo', r: 15 }),
        svg('circle', { class: 'lamp-seat', r: 6.4 }),
        svg('circle', { class: 'lamp-bulb', r: 4.7 }),
        svg('circle', { class: 'lamp-gleam', cx: -1.5, cy: -1.7, r: 1.3 }),
    );
    const group = svg('g', { transform: `translate(${x} 271)` }, bulb);
    group.append(svg('text', { x: 12, y: 3.4, class: 'plate-small' }, caption));
    return { group, lamp: bulb };
}

/** An electrical pulse output, drawn as the contact that it is. */
function output(y: number, quantity: 'active' | 'reactive', caption: string): { group: SVGElement; contact: SVGElement } {
    const contact = svg(
        'g',
        { class: 'output', role: 'img', 'data-output': quantity, 'aria-label': `Pulse output ${quantity}` },
        svg('title', {}, caption),
        svg('path', { class: 'output-wire', d: 'M-9 0H-5M5 0H9' }),
        svg('path', { class: 'output-arm', d: 'M-5 0H5' }),
    );
    const group = svg('g', { transform: `translate(187 ${y})` }, contact);
    group.append(svg('text', { x: 12, y: 3, class: 'plate-tiny' }, caption));
    return { group, contact };
}

function opticalPort(): SVGElement {
    return svg(
        'g',
        { transform: 'translate(297 347) scale(0.93)', role: 'img', 'aria-label': 'Optical port' },
        svg('circle', { r: 42, fill: 'url(#ring)', stroke: '#73797d', 'stroke-width': 0.8 }),
        svg('circle', { r: 33.5, fill: '#2a1c1e', stroke: '#595f63', 'stroke-width': 1.2 }),
        svg('circle', { r: 31, class: 'optical-window' }),
        svg('circle', { class: 'optical-eye', cx: -8.5, r: 5 }),
        svg('circle', { class: 'optical-eye', cx: 8.5, r: 5 }),
        svg('path', { class: 'optical-gleam', d: 'M-23 -14A27 27 0 0 1 4 -27' }),
        svg('path', { class: 'plate-symbol', d: 'M-4 -47L0 -52L4 -47Z' }),
    );
}

function displayButton(send: (message: PageMessage) => void): SVGElement {
    const button = svg(
        'g',
        { transform: 'translate(372 318)' },
        svg('circle', { class: 'focus-ring', r: 19 }),
        svg('circle', { class: 'button-seat', r: 15.5 }),
        svg('circle', { class: 'button-cap', r: 13, fill: 'url(#key)' }),
        svg('path', { class: 'button-mark', d: 'M-4 -5L5 0L-4 5Z' }),
    );
    makePushButton(button, 'Display button', (pressed) => send({ type: 'button', button: 'display', pressed }));
    return svg('g', {}, button, svg('text', { x: 372, y: 345, class: 'plate-caption' }, 'DISPLAY'));
}

/** The reset button stands behind a sealed flap, which opens first. */
function resetButton(send: (message: PageMessage) => void): SVGElement {
    const button = svg(
        'g',
        { transform: 'translate(372 376)', 'aria-disabled': 'true' },
        svg('circle', { class: 'focus-ring', r: 16 }),
        svg('circle', { class: 'button-seat', r: 13 }),
        svg('circle', { class: 'button-cap', r: 10.5, fill: 'url(#red-key)' }),
    );
    makePushButton(button, 'Demand reset button', (pressed) => send({ type: 'button', button: 'reset', pressed }));

    const flap = svg(
        'g',
        {
            class: 'flap',
            role: 'button',
            tabindex: 0,
            'aria-expanded': 'false',
            'aria-label': 'Seal of the reset button',
        },
        svg('rect', { class: 'flap-hit', x: 353, y: 357, width: 38, height: 38 }),
        svg('rect', { class: 'flap-lid', x: 356, y: 360, width: 32, height: 32, rx: 5 }),
        svg('path', { class: 'seal-wire', d: 'M366 384C360 394 370 399 374 392' }),
        svg('circle', { class: 'seal-cap', cx: 372, cy: 381, r: 4.6 }),
        svg('title', {}, 'Sealed: open it to reach the demand reset button'),
    );
    const toggle = (): void => {
        const open = flap.getAttribute('aria-expanded') !== 'true';
        flap.setAttribute('aria-expanded', String(open));
        flap.classList.toggle('open', open);
        button.setAttribute('aria-disabled', String(!open));
    };
    flap.addEventListener('click', toggle);
    flap.addEventListener('keydown', (event) => {
        if (event.key !== ' ' && event.key !== 'Enter') return;
        event.preventDefault();
        toggle();
    });
    return svg('g', {}, button, flap, svg('text', { x: 372, y: 405, class: 'plate-caption' }, 'RESET'));
}

export function meterPicture(hello: Hello, send: (message: PageMessage) => void): MeterPicture {
    const { model } = hello;
    const lcd = new Lcd(hello);
    const active = lamp(62, `${model.active_constant} imp/kWh`, 'active');
    const reactive = lamp(172, `${model.reactive_constant} imp/kvarh`, 'reactive');
    const alarm = lamp(288, 'Alarm', 'alarm');
    const credit = model.credit_led ? lamp(344, 'Credit', 'credit') : null;
    const active_output = output(324, 'active', `S0 ${model.output_constant}/kWh`);
    const reactive_output = output(336, 'reactive', `S0 ${model.output_constant}/kvarh`);
    const terminals = terminalBlock(model, send);
    const bays = moduleBays(hello, send);
    const drawer = batteryDrawer(send);
    const tool = magnet(send);
    const screw = coverScrew(send);
    const front = svg(
        'g',
        { class: 'front' },
        frontCover(),
        lettering(hello),
        svg('rect', { class: 'bezel', x: 48, y: 95, width: 344, height: 158, rx: 9 }),
        svg('g', { transform: 'translate(56 102) scale(0.9111 0.92)' }, lcd.root),
        svg('path', { class: 'bezel-gleam', d: 'M60 97.2H380' }),
        active.group,
        reactive.group,
        alarm.group,
        ...(credit === null ? [] : [credit.group]),
        active_output.group,
        reactive_output.group,
        opticalPort(),
        displayButton(send),
        resetButton(send),
        screw.root,
    );
    const root = svg(
        'svg',
        { class: 'meter', viewBox: '0 -44 440 794', role: 'group', 'aria-label': `Meter ${model.name}` },
        paints(),
        drawer.root,
        housing(),
        ...bays.map((bay) => bay.root),
        terminals.root,
        front,
        tool.root,
    );
    return {
        root,
        lcd,
        lamps: {
            active: active.lamp,
            reactive: reactive.lamp,
            alarm: alarm.lamp,
            credit: credit?.lamp ?? null,
            active_output: active_output.contact,
            reactive_output: reactive_output.contact,
        },
        showControls: (controls) => {
            terminals.show(controls);
            drawer.show(controls);
            tool.show(controls);
            for (const bay of bays) bay.show(controls);
            const open = controls.covers.meter ?? false;
            screw.toggle.show(open);
            front.classList.toggle('open', open);
        },
        showState: (state) => {
            root.classList.toggle('off', !state.power);
            for (const bay of bays) bay.showModules(state.modules);
        },
    };
}
