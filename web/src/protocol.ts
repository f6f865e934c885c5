// The panel's WebSocket protocol (docs/panel-protocol.md): the types of its messages and their decoding.

import { sound_names } from './beeper';
import { array, boolean, count, number, object, oneOf, optional, ShapeError, string, type Decoder } from './shape';

const max_phases = 3;
const max_samples = 20_000;

const phaseControl = object({
    voltage: number,
    current: number,
    power_factor: number,
    inductive: boolean,
    export: boolean,
    bypass: number,
    switch: boolean,
});

export const cover_names = ['meter', 'terminal', 'module-1', 'module-2'] as const;
export type CoverName = (typeof cover_names)[number];

const controls = object({
    phases: array(phaseControl, max_phases),
    frequency: number,
    reversed: boolean,
    neutral_switch: boolean,
    household: boolean,
    /** Open? Of those that the model has. */
    covers: object({
        meter: optional(boolean, null),
        terminal: optional(boolean, null),
        'module-1': optional(boolean, null),
        'module-2': optional(boolean, null),
    }),
    magnet: number,
    battery: object({ present: boolean, voltage: number }),
});

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
    output_constant: number,
    credit_led: boolean,
    relay_poles: count(0, max_phases),
    input_slot: boolean,
    active_class: string,
    reactive_class: string,
    digits: count(1, 16),
    code_digits: count(0, 16),
});

const controlsMessage = object({ controls });

const hello = object({
    model,
    logs: array(string, 32),
    module_kinds: array(string, 32),
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
    leds: object({
        active: array(number, 1000),
        reactive: array(number, 1000),
        alarm: boolean,
        /** Null: the model has none. */
        credit: optional(oneOf('off', 'green', 'red'), null),
    }),
    outputs: object({ active: array(number, 1000), reactive: array(number, 1000) }),
    sounds: array(oneOf(...sound_names), sound_names.length),
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

const relay = object({
    kind: oneOf('latching', 'auxiliary'),
    closed: boolean,
    conducts: array(boolean, max_phases),
    welded: array(boolean, max_phases),
    state: string,
    mode: count(0, 255),
    reasons: array(string, 32),
    failed: boolean,
    on_load: number,
    off_load: number,
    on_load_life: number,
    off_load_life: number,
});

const moduleSlot = object({
    slot: oneOf('1', '2', 'input'),
    kind: optional(string, null),
    state: string,
    signal: optional(number, null),
    dead: boolean,
});

const alarmBit = object({
    register: count(1, 2),
    bit: count(0, 31),
    name: string,
    set: boolean,
    acknowledged: boolean,
});

const state = object({
    power: boolean,
    supercapacitor: optional(number, null),
    relay,
    modules: array(moduleSlot, 3),
    alarms: object({ led: boolean, errors: number, bits: array(alarmBit, 64) }),
});

const eventRow = object({
    log: string,
    number,
    time: string,
    code: number,
    name: string,
    detail: string,
    magnitude: number,
    duration: number,
    times: number,
    alarms: array(number, 2),
});

const events = object({ history: boolean, rows: array(eventRow, 2000) });

const push = object({ time: string, setup: string, destination: string, delivered: boolean });

const expectation = object({
    text: string,
    from: number,
    until: number,
    never: boolean,
    verdict: oneOf('waiting', 'met', 'missed'),
    at: optional(number, null),
});

const scenario = object({
    title: string,
    about: string,
    duration: number,
    elapsed: number,
    taken: count(0, 1000),
    steps: array(object({ at: number, say: string }), 1000),
    expectations: array(expectation, 1000),
    problems: array(string, 100_000),
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
export type State = Of<typeof state>;
export type Relay = Of<typeof relay>;
export type ModuleSlot = Of<typeof moduleSlot>;
export type Events = Of<typeof events>;
export type EventRow = Of<typeof eventRow>;
export type Push = Of<typeof push>;
export type Scenario = Of<typeof scenario>;

/** A message from the meter, delivered to the handler of its type. */
export interface MeterHandlers {
    hello(message: Hello): void;
    tick(message: Tick): void;
    wave(message: Wave): void;
    log(message: LogMessage): void;
    controls(message: Controls): void;
    state(message: State): void;
    events(message: Events): void;
    push(message: Push): void;
    scenario(message: Scenario): void;
    error(message: string): void;
}

/** A message from the page to the meter. */
export type PageMessage =
    | ({ type: 'phase'; phase: number } & Partial<Omit<PhaseControl, 'switch'>>)
    | { type: 'mains'; frequency?: number; reversed?: boolean }
    | { type: 'switch'; wire: string; closed: boolean }
    | { type: 'household'; on: boolean }
    | { type: 'cover'; cover: CoverName; open: boolean }
    | { type: 'magnet'; field: number }
    | { type: 'battery'; present?: boolean; voltage?: number }
    | { type: 'module'; slot: ModuleSlot['slot']; act: 'plug'; kind: string }
    | { type: 'module'; slot: ModuleSlot['slot']; act: 'set-signal'; signal: number }
    | { type: 'module'; slot: ModuleSlot['slot']; act: 'pull' | 'die' | 'repair' | 'lose-network' }
    | { type: 'contact'; phase: number; welded: boolean }
    | { type: 'button'; button: 'display' | 'reset' | 'relay'; pressed: boolean };

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
        case 'state':
            return handlers.state(state(message, type));
        case 'events':
            return handlers.events(events(message, type));
        case 'push':
            return handlers.push(push(message, type));
        case 'scenario':
            return handlers.scenario(scenario(message, type));
        case 'error':
            return handlers.error(error(message, type).message);
        default:
            throw new ShapeError('The message is of an unknown type');
    }
}
