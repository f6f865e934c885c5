// The WebSocket to the meter: connects, watches that the meter is alive, and connects again by itself.

import { dispatch, type MeterHandlers, type PageMessage } from './protocol';
import { ShapeError } from './shape';

export type ConnectionState = { kind: 'connecting' } | { kind: 'connected' } | { kind: 'lost'; retry_in_ms: number };

const first_retry_ms = 500;
const last_retry_ms = 5_000;
/** The meter speaks ten times a second; silence this long means it is gone, whatever TCP believes. */
const silence_ms = 4_000;

export class Connection {
    private socket: WebSocket | null = null;
    private retry_ms = first_retry_ms;
    private watchdog = 0;

    constructor(
        private readonly url: URL,
        private readonly handlers: MeterHandlers,
        private readonly onState: (state: ConnectionState) => void,
    ) {}

    open(): void {
        this.onState({ kind: 'connecting' });
        const socket = new WebSocket(this.url);
        this.socket = socket;
        this.watch(socket);
        socket.addEventListener('message', (event: MessageEvent<unknown>) => {
            if (socket === this.socket) this.receive(socket, event.data);
        });
        socket.addEventListener('close', () => this.lose(socket));
    }

    /** Sends if the meter is there; what is said to an absent meter is not kept for later. */
    send(message: PageMessage): void {
        if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
    }

    private receive(socket: WebSocket, data: unknown): void {
        this.watch(socket);
        if (typeof data !== 'string') return;
        try {
            dispatch(data, {
                ...this.handlers,
                hello: (message) => {
                    this.retry_ms = first_retry_ms;
                    this.onState({ kind: 'connected' });
                    this.handlers.hello(message);
                },
            });
        } catch (reason) {
            if (!(reason instanceof ShapeError)) throw reason;
            this.handlers.error(`A message of the meter was left out: ${reason.message}.`);
        }
    }

    private watch(socket: WebSocket): void {
        window.clearTimeout(this.watchdog);
        this.watchdog = window.setTimeout(() => {
            socket.close();
            this.lose(socket);
        }, silence_ms);
    }

    private lose(socket: WebSocket): void {
        if (socket !== this.socket) return;
        this.socket = null;
        window.clearTimeout(this.watchdog);
        this.onState({ kind: 'lost', retry_in_ms: this.retry_ms });
        window.setTimeout(() => this.open(), this.retry_ms);
        this.retry_ms = Math.min(this.retry_ms * 2, last_retry_ms);
    }
}
