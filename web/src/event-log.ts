// The event logs of the meter and what it has pushed: newest first, of one log or of all.

import { html, setText } from './dom';
import { dateAndClockOf, fixed } from './format';
import type { EventRow, Events, Push } from './protocol';

export const max_rows = 500;
const push_log = 'pushes';
/** How long a row that has just come stands out. */
const fresh_ms = 6_000;

interface Entry {
    /** Of a row of the meter, which may come twice: with the history and as a new one. */
    readonly key: string;
    readonly log: string;
    readonly time: string;
    readonly code: string;
    readonly text: string;
    readonly facts: string;
    readonly alarm: boolean;
}

function factsOf({ log, magnitude, duration, times }: EventRow): string {
    const parts: string[] = [];
    if (magnitude !== 0) parts.push(fixed(magnitude, log === 'recharge' ? 2 : 1) + (log === 'disconnector' ? ' W' : ''));
    if (duration !== 0) parts.push(`${fixed(duration, 2)} s`);
    if (times > 1) parts.push(`\u00d7${times}`);
    return parts.join(' \u00b7 ');
}

function entryOf(row: EventRow): Entry {
    return {
        key: JSON.stringify([row.log, row.number]),
        log: row.log,
        time: row.time,
        code: row.code === 0 ? '' : String(row.code),
        text: row.detail === '' ? row.name : `${row.name}, ${row.detail}`,
        facts: factsOf(row),
        alarm: row.alarms.some((bits) => bits !== 0),
    };
}

function element(entry: Entry): HTMLLIElement {
    const item = html(
        'li',
        { class: 'event', 'data-log': entry.log, 'data-key': entry.key },
        html('time', {}, dateAndClockOf(entry.time)),
        html('span', { class: 'event-log-name' }, entry.log),
        html('span', { class: 'event-code' }, entry.code),
        html('span', { class: 'event-text' }, entry.text),
        html('span', { class: 'event-facts' }, entry.facts),
    );
    if (entry.alarm) {
        item.classList.add('has-alarm');
        item.append(html('span', { class: 'error-mark' }, 'alarm'));
    }
    return item;
}

export class EventLog {
    private readonly filter: HTMLSelectElement;
    private readonly known = new Set<string>();
    private shown_log = '';

    constructor(
        private readonly list: HTMLElement,
        private readonly summary: HTMLElement,
        filter_place: HTMLElement,
        logs: readonly string[],
    ) {
        this.filter = html(
            'select',
            { 'aria-label': 'Log' },
            html('option', { value: '' }, 'all logs'),
            ...[...logs, push_log].map((log) => html('option', { value: log }, log)),
        );
        this.filter.addEventListener('change', () => this.setFilter(this.filter.value));
        filter_place.replaceChildren(this.filter);
        this.describe();
    }

    show({ history, rows }: Events): void {
        if (!history) {
            for (const row of rows) this.add(entryOf(row), true);
            return;
        }
        // It tells all that a meter knows, but for pushes.
        for (const old of this.list.querySelectorAll(`.event:not([data-log="${push_log}"])`)) old.remove();
        this.known.clear();
        const in_order = [...rows].sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
        for (const row of in_order) this.add(entryOf(row), false);
    }

    showPush({ time, setup, destination, delivered }: Push): void {
        const text = `${setup} ${delivered ? 'pushed to' : 'could not be pushed to'} ${destination}`;
        this.add({ key: '', log: push_log, time, code: '', text, facts: '', alarm: false }, true);
    }

    private add(entry: Entry, fresh: boolean): void {
        if (this.known.has(entry.key)) return;
        if (entry.key !== '') this.known.add(entry.key);
        const item = element(entry);
        item.hidden = this.isHidden(entry.log);
        if (fresh) {
            item.classList.add('fresh');
            window.setTimeout(() => item.classList.remove('fresh'), fresh_ms);
        }
        this.list.prepend(item);
        while (this.list.childElementCount > max_rows) {
            const oldest = this.list.lastElementChild;
            if (oldest instanceof HTMLElement) this.known.delete(oldest.dataset['key'] ?? '');
            oldest?.remove();
        }
        this.describe();
    }

    private isHidden(log: string): boolean {
        return this.shown_log !== '' && log !== this.shown_log;
    }

    private setFilter(log: string): void {
        this.shown_log = log;
        for (const item of this.list.children) {
            if (item instanceof HTMLElement) item.hidden = this.isHidden(item.dataset['log'] ?? '');
        }
        this.describe();
    }

    private describe(): void {
        const shown = [...this.list.children].filter((item) => !(item as HTMLElement).hidden).length;
        setText(this.summary, shown === 0 ? 'No entries yet' : `${shown} ${shown === 1 ? 'entry' : 'entries'}`);
    }
}
