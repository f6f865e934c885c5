// The relay: its contacts drawn, why it is open in words, its button, and what may be wrong with it.

import { html, setText, svg } from './dom';
import { SwitchField } from './fields';
import { phaseName } from './phases';
import type { Model, PageMessage, Relay } from './protocol';

const pole_pitch = 54;

/** What each cause means to somebody who stands before the meter. */
const reasons: Readonly<Record<string, string>> = {
    overvoltage: 'the voltage is too high',
    overcurrent: 'the current was too high',
    tamper: 'somebody has tampered with the meter',
    remote: 'the utility has disconnected it',
    'no credit': 'the credit is used up',
    limiter: 'the power was above the limit',
    'maximum demand': 'the demand was above the limit',
    schedule: 'a schedule has disconnected it',
    tariff: 'the tariff table has disconnected it',
    manual: 'it waits for a hand',
};

export function reasonText(relay: Relay): string {
    if (relay.reasons.length === 0) return relay.closed ? 'Nothing keeps it open.' : 'It is about to close.';
    const texts = relay.reasons.map((reason) => reasons[reason] ?? reason);
    return `${relay.closed ? 'It is to open' : 'Open'}: ${texts.join('; ')}.`;
}

function lifeText(operations: number, life: number): string {
    const count = operations.toLocaleString('en');
    return life === 0 ? count : `${count} of ${life.toLocaleString('en')}`;
}

/** Of a contact in each phase; an auxiliary relay switches something else. */
function poleNames({ phases, relay_poles }: Model): string[] {
    if (relay_poles < phases) return Array.from({ length: relay_poles }, () => 'Aux');
    return Array.from({ length: phases }, (_, index) => (phases === 1 ? 'L' : phaseName(index)));
}

export class RelayPanel {
    private readonly poles: readonly SVGElement[];
    private readonly picture: SVGElement;
    private readonly headline = html('p', { class: 'relay-headline', role: 'status' });
    private readonly reason = html('p', { class: 'relay-reason' });
    private readonly facts = html('dl', { class: 'singles relay-facts' });
    private readonly values: Readonly<Record<string, HTMLElement>>;
    private readonly welds: readonly SwitchField[];

    constructor(place: HTMLElement, model: Model, send: (message: PageMessage) => void) {
        const names = poleNames(model);
        this.poles = names.map((name, index) =>
            svg(
                'g',
                { class: `pole pole-${index + 1}`, transform: `translate(${index * pole_pitch + 27} 0)` },
                svg('path', { class: 'pole-wire', d: 'M0 4V26M0 74V96' }),
                svg('circle', { class: 'pole-point', cy: 27, r: 3.4 }),
                svg('circle', { class: 'pole-point', cy: 73, r: 3.4 }),
                svg('path', { class: 'pole-arm', d: 'M0 73V27' }),
                svg('text', { class: 'pole-name', x: 12, y: 16 }, name),
                svg('text', { class: 'pole-weld', x: 9, y: 54 }, 'welded'),
            ),
        );
        this.picture = svg(
            'svg',
            { class: 'relay-picture', viewBox: `0 0 ${Math.max(names.length, 2) * pole_pitch} 100`, role: 'img' },
            ...this.poles,
        );
        const button = html('button', { type: 'button' }, 'Relay button');
        button.addEventListener('click', () => {
            send({ type: 'button', button: 'relay', pressed: true });
            send({ type: 'button', button: 'relay', pressed: false });
        });
        this.welds = names.map(
            (name, index) =>
                new SwitchField(`Weld ${name}`, (welded) => send({ type: 'contact', phase: index + 1, welded })),
        );
        const rows: readonly (readonly [string, string])[] = [
            ['state', 'Control state'],
            ['mode', 'Control mode'],
            ['on_load', 'Operations under load'],
            ['off_load', 'Operations without'],
        ];
        this.values = Object.fromEntries(rows.map(([key]) => [key, html('span', { 'data-relay': key })]));
        for (const [key, name] of rows) {
            this.facts.append(html('div', {}, html('dt', {}, name), html('dd', {}, this.values[key] ?? '')));
        }
        place.replaceChildren(
            html(
                'div',
                { class: 'relay-view' },
                this.picture,
                html('div', { class: 'relay-words' }, this.headline, this.reason, button),
            ),
            this.facts,
            html('div', { class: 'relay-welds' }, ...this.welds.map(({ root }) => root)),
        );
    }

    show(relay: Relay): void {
        const kind = relay.kind === 'latching' ? 'Relay' : 'Auxiliary relay';
        const headline = `${kind} ${relay.closed ? 'closed' : 'open'}${relay.failed ? ', its contact has failed' : ''}`;
        setText(this.headline, headline);
        this.headline.dataset['contact'] = relay.closed ? 'closed' : 'open';
        setText(this.reason, reasonText(relay));
        this.picture.setAttribute('aria-label', headline);
        relay.conducts.forEach((conducts, index) => {
            const welded = relay.welded[index] ?? false;
            this.poles[index]?.classList.toggle('open', !conducts);
            this.poles[index]?.classList.toggle('welded', welded);
            this.welds[index]?.show(welded);
        });
        const texts: Readonly<Record<string, string>> = {
            state: relay.state,
            mode: String(relay.mode),
            on_load: lifeText(relay.on_load, relay.on_load_life),
            off_load: lifeText(relay.off_load, relay.off_load_life),
        };
        for (const [key, text] of Object.entries(texts)) {
            const value = this.values[key];
            if (value) setText(value, text);
        }
    }
}
