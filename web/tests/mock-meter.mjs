// A meter's panel server for development and the page tests: serves web/dist and speaks docs/panel-protocol.md.
// It says nothing of its own accord but `hello`; a test, or the simulation, says the rest.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const types = new Map([
    ['.html', 'text/html; charset=utf-8'],
    ['.js', 'text/javascript'],
    ['.css', 'text/css'],
    ['.svg', 'image/svg+xml'],
]);

export const annunciator_names = [
    'L1', 'L2', 'L3', 'phase-sequence', 'P+', 'P-', 'Q+', 'Q-', 'T1', 'T2', 'T3', 'T4',
    'k', 'W', 'var', 'VA', 'h', 'V', 'A', 'Hz', 'PF', 'deg', 'time', 'date',
    'relay-open', 'battery-low', 'alarm', 'cover-open', 'magnetic-field', 'communication', 'signal', 'credit', 'token',
    'key-lock', 'test',
];

/** What `hello` says of an SED302. */
export function helloOf302() {
    const phase = {
        voltage: 230,
        current: 5,
        power_factor: 0.95,
        inductive: true,
        export: false,
        bypass: 0,
        switch: true,
    };
    return {
        type: 'hello',
        model: {
            name: 'SED302',
            title: 'Three phase four wire static smart meter',
            phases: 3,
            neutral_current: true,
            nominal_voltage: 230,
            basic_current: 5,
            max_current: 100,
            nominal_frequency: 50,
            active_constant: 1000,
            reactive_constant: 1000,
            output_constant: 500,
            credit_led: true,
            relay_poles: 3,
            input_slot: true,
            active_class: '1',
            reactive_class: '2',
            digits: 8,
            code_digits: 6,
        },
        logs: ['standard', 'fraud', 'disconnector', 'firmware', 'quality', 'communication', 'power failure', 'recharge'],
        module_kinds: ['rs485', 'cellular', 'plc', 'rf', 'input', 'hplc', 'bplc'],
        serial: '30200012345678',
        logical_device_name: 'BLA0030212345678',
        firmware: '1.0.0',
        listen: ['tcp://127.0.0.1:4059', 'serial:///dev/ttyUSB0'],
        speed: 1,
        annunciators: annunciator_names,
        controls: {
            phases: [{ ...phase }, { ...phase, current: 3 }, { ...phase, current: 8 }],
            frequency: 50,
            reversed: false,
            neutral_switch: true,
            household: false,
            covers: { meter: false, terminal: false, 'module-1': false, 'module-2': false },
            magnet: 0,
            battery: { present: true, voltage: 3.6 },
        },
    };
}

export function helloOf102() {
    const hello = helloOf302();
    const title = 'Single phase static smart meter';
    Object.assign(hello.model, { name: 'SED102', title, phases: 1, neutral_current: false });
    hello.controls.phases.length = 1;
    return hello;
}

/** @typedef {{ type: string } & Record<string, unknown>} Message */

export class MockMeter {
    /** @type {Message[]} */
    received = [];
    /** @type {Message | null} */
    hello;
    /** @type {((message: Message) => void) | null} */
    onMessage = null;
    #sockets = new WebSocketServer({ noServer: true });
    #server = createServer(async (request, response) => {
        const path = new URL(request.url ?? '/', 'http://localhost').pathname;
        const name = path === '/' ? 'index.html' : path.slice(1);
        const type = types.get(extname(name));
        try {
            if (type === undefined || name.includes('/')) throw new Error('not a file of the page');
            response.writeHead(200, { 'Content-Type': type }).end(await readFile(join(dist, name)));
        } catch {
            response.writeHead(404).end();
        }
    });

    /** @param {Message | null} hello */
    constructor(hello) {
        this.hello = hello;
        this.#server.on('upgrade', (request, socket, head) => {
            this.#sockets.handleUpgrade(request, socket, head, (client) => {
                client.on('message', (data) => {
                    const message = JSON.parse(String(data));
                    this.received.push(message);
                    this.onMessage?.(message);
                });
                if (this.hello) client.send(JSON.stringify(this.hello));
            });
        });
    }

    /** @param {number} port 0 for any free one */
    async listen(port = 0) {
        await new Promise((resolve) => this.#server.listen(port, '127.0.0.1', () => resolve(undefined)));
        return this.url;
    }

    get port() {
        const address = this.#server.address();
        return typeof address === 'object' && address !== null ? address.port : 0;
    }

    get url() {
        return `http://127.0.0.1:${this.port}/`;
    }

    get clients() {
        return this.#sockets.clients.size;
    }

    /** @param {Message} message to every page */
    send(message) {
        this.sendText(JSON.stringify(message));
    }

    /** @param {string} text whatever it is, for what a meter should not send */
    sendText(text) {
        for (const client of this.#sockets.clients) client.send(text);
    }

    /** Cuts every connection as a meter does whose power fails. */
    cut() {
        for (const client of this.#sockets.clients) client.terminate();
    }

    async close() {
        this.cut();
        const closed = new Promise((resolve) => this.#server.close(() => resolve(undefined)));
        this.#server.closeAllConnections();
        await closed;
    }
}
