// The panel's WebSocket protocol (docs/panel-protocol.md): the types of its messages and their decoding.

import { array, boolean, count, number, object, oneOf, optional, ShapeError, string, type Decoder } from './shape';

const max_phases = 3;
const max_samples = 20_000;

const phaseControl = object({
    voltage: number,
    current: number,
    power_factor: number,
    inductive: boolean,
    export: boolean,
});

const controls = object({ phases: array(phaseControl, max_phases), frequency: number, household: boolean });

const model = object({
    name: string,
    title: string,
    phases: count(1, max_phases),
    neutral_current: boolean,
    nominal_voltage: number,
    basic_current: number,
    max_current: number,
    nominal_frequency: number,
    active_constant: number,
    reactive_constant: number,
    active_class: string,
    reactive_class: string,
    digits: count(1, 16),
    code_digits: count(0, 16),
});

const controlsMessage = object({ controls });

const hello = object({
    model,
    serial: string,
    logical_device_name: string,
    firmware: string,
    listen: array(string, 64),
    speed: number,
    annunciators: array(string, 256),
    controls,
});

const phaseValues = object({
    v: number,
    i: number,
    p: number,
    q: number,
    s: number,
    pf: number,
    angle_v: number,
    angle_i: number,
});

const tick = object({
    time: string,
    lcd: object({ digits: string, code: string, annunciators: string, backlight: boolean }),
    leds: object({ active: array(number, 1000), reactive: array(number, 1000), alarm: boolean }),
    phases: array(phaseValues, max_phases),
    total: object({ p: number, q: number, s: number, pf: number }),
    neutral: optional(number, 0),
    frequency: number,
    energy: object({ active_import: number, active_export: number, reactive_import: number, reactive_export: number }),
    clients: number,
});

const samples = array(number, max_samples);
const wave = object({
    rate: number,
    v: array(samples, max_phases),
    i: array(samples, max_phases),
    neutral: optional(samples, []),
});

const text: Decoder<string> = (value, path) => (typeof value === 'number' ? String(value) : string(value, path));

/** The reason of an error where the meter states one; a bare `true` has no words of its own. */
const errorText: Decoder<string> = (value, path) =>
    typeof value === 'boolean' ? (value ? 'error' : '') : string(value, path);

const treeNode = object({
    depth: count(0, 255),
    offset: number,
    length: number,
    name: string,
    value: optional(text, ''),
    error: optional(errorText, ''),
});

const log = object({
    time: string,
    peer: string,
    direction: oneOf('in', 'out'),
    hex: string,
    summary: string,
    tree: array(treeNode, 10_000),
    skipped: optional(number, 0),
});

const error = object({ message: string });

type Of<D> = D extends Decoder<infer T> ? T : never;
export type Model = Of<typeof model>;
export type Controls = Of<typeof controls>;
export type PhaseControl = Of<typeof phaseControl>;
export type Hello = Of<typeof hello>;
export type Tick = Of<typeof tick>;
export type PhaseValues = Of<typeof phaseValues>;
export type LcdBits = Tick['lcd'];
export type Wave = Of<typeof wave>;
export type TreeNode = Of<typeof treeNode>;
export type LogMessage = Of<typeof log>;

/** A message from the meter, delivered to the handler of its type. */
export interface MeterHandlers {
    hello(message: Hello): void;
    tick(message: Tick): void;
    wave(message: Wave): void;
    log(message: LogMessage): void;
    controls(message: Controls): void;
    error(message: string): void;
}

/** A message from the page to the meter. */
export type PageMessage =
    | ({ type: 'phase'; phase: number } & Partial<PhaseControl>)
    | { type: 'mains'; frequency: number }
    | { type: 'household'; on: boolean }
    | { type: 'button'; button: 'display' | 'reset'; pressed: boolean };

/** Decodes one message and hands it on. Throws ShapeError if it is not of the protocol. */
export function dispatch(data: string, handlers: MeterHandlers): void {
    let message: unknown;
    try {
        message = JSON.parse(data);
    } catch {
        throw new ShapeError('The message is not JSON');
    }
    const { type } = object({ type: string })(message, 'message');
    switch (type) {
        case 'hello':
            return handlers.hello(hello(message, type));
        case 'tick':
            return handlers.tick(tick(message, type));
        case 'wave':
            return handlers.wave(wave(message, type));
        case 'log':
            return handlers.log(log(message, type));
        case 'controls':
            return handlers.controls(controlsMessage(message, type).controls);
        case 'error':
            return handlers.error(error(message, type).message);
        default:
            throw new ShapeError('The message is of an unknown type');
    }
}
