// The log of the DLMS traffic: newest first, bounded, can be held still.

import { html, setText } from './dom';
import { clockOf } from './format';
import { logDetail } from './log-detail';
import type { LogMessage } from './protocol';

export const max_entries = 500;

function entry(message: LogMessage): HTMLLIElement {
    const inward = message.direction === 'in';
    const direction = html('span', { class: 'direction', title: inward ? 'to the meter' : 'from the meter' });
    direction.append(
        html('span', { 'aria-hidden': 'true' }, inward ? '\u2192' : '\u2190'),
        html('span', { class: 'visually-hidden' }, inward ? 'to the meter' : 'from the meter'),
    );
    const row = html(
        'button',
        { class: 'log-row', type: 'button', 'aria-expanded': 'false' },
        html('time', {}, clockOf(message.time)),
        html('span', { class: 'peer' }, message.peer),
        direction,
        html('span', { class: 'summary' }, message.summary),
    );
    const item = html('li', { class: `log-entry ${inward ? 'inward' : 'outward'}` }, row);
    if (message.tree.some(({ error }) => error !== '')) {
        item.classList.add('has-error');
        row.append(html('span', { class: 'error-mark' }, 'error'));
    }
    let detail: HTMLElement | null = null;
    row.addEventListener('click', () => {
        const open = row.getAttribute('aria-expanded') !== 'true';
        row.setAttribute('aria-expanded', String(open));
        detail ??= item.appendChild(logDetail(message));
        detail.hidden = !open;
    });
    return item;
}

export class Log {
    private readonly held: LogMessage[] = [];
    private paused = false;
    private skipped = 0;

    constructor(
        private readonly list: HTMLElement,
        private readonly state: HTMLElement,
        private readonly pause: HTMLElement,
        clear: HTMLElement,
    ) {
        pause.addEventListener('click', () => this.setPaused(!this.paused));
        clear.addEventListener('click', () => {
            this.list.replaceChildren();
            this.held.length = 0;
            this.skipped = 0;
            this.describe();
        });
        this.describe();
    }

    add(message: LogMessage): void {
        this.skipped += message.skipped;
        if (this.paused) {
            this.held.push(message);
            if (this.held.length > max_entries) this.held.shift();
        } else {
            this.list.prepend(entry(message));
            this.bound();
        }
        this.describe();
    }

    private setPaused(paused: boolean): void {
        this.paused = paused;
        this.pause.setAttribute('aria-pressed', String(paused));
        setText(this.pause, paused ? 'Resume' : 'Pause');
        if (!paused) {
            this.list.prepend(...this.held.map(entry).reverse());
            this.held.length = 0;
            this.bound();
        }
        this.describe();
    }

    private bound(): void {
        while (this.list.childElementCount > max_entries) this.list.lastElementChild?.remove();
    }

    private describe(): void {
        const shown = this.list.childElementCount;
        const parts = [shown === 0 ? 'No messages yet' : `${shown} ${shown === 1 ? 'message' : 'messages'}`];
        if (this.held.length > 0) parts.push(`${this.held.length} held back`);
        if (this.skipped > 0) parts.push(`${this.skipped} left out by the meter`);
        setText(this.state, parts.join(' \u00b7 '));
    }
}
