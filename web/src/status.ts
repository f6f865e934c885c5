// What the page says about itself: connection, meter's identity and clock, and notices.

import type { ConnectionState } from './connection';
import { byId, html, setText } from './dom';
import { dateAndClockOf, significant } from './format';
import type { Hello, Tick } from './protocol';

const notice_ms = 8_000;

export class Status {
    private readonly connection = byId('connection');
    private readonly clock = byId('clock');
    private readonly facts = byId('facts');
    private readonly notice = byId('notice');
    private notice_timer = 0;
    private speed = 1;

    showConnection(state: ConnectionState): void {
        const texts: Readonly<Record<ConnectionState['kind'], string>> = {
            connecting: 'Connecting',
            connected: 'Connected',
            lost: 'No meter, trying again',
        };
        this.connection.dataset['state'] = state.kind;
        setText(this.connection, texts[state.kind]);
        document.body.classList.toggle('offline', state.kind !== 'connected');
    }

    showHello({ model, serial, logical_device_name, firmware, listen, speed }: Hello): void {
        this.speed = speed;
        document.title = `${model.name} ${serial}`;
        setText(byId('model-name'), model.name);
        const rows: readonly (readonly [string, string])[] = [
            ['Logical device', logical_device_name],
            ['Firmware', firmware],
            ...listen.map((url, index) => [index === 0 ? 'Listens at' : '', url] as const),
        ];
        byId('identity').replaceChildren(
            ...rows.map(([name, value]) => html('div', {}, html('dt', {}, name), html('dd', {}, value))),
        );
    }

    showTick({ time, clients }: Tick): void {
        setText(this.clock, dateAndClockOf(time));
        const pace = this.speed === 1 ? '' : ` \u00b7 time \u00d7${significant(this.speed, 4)}`;
        setText(this.facts, `${clients} ${clients === 1 ? 'client' : 'clients'}${pace}`);
    }

    showNotice(text: string): void {
        setText(this.notice, text);
        this.notice.hidden = false;
        window.clearTimeout(this.notice_timer);
        this.notice_timer = window.setTimeout(() => (this.notice.hidden = true), notice_ms);
    }
}
