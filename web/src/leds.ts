// Lights of the meter and contacts of its outputs. Each pulse is flashed at its own instant, a constant delay after it happened.
//
// A tick brings the pulses of the last 100 ms at once. Played on arrival they would come in bunches; played a fixed
// delay longer than a tick after their true instant they come as evenly as the meter made them.

import { prefersReducedMotion } from './theme';

const playout_delay_ms = 160;
const flash_ms = 30;
/** With reduced motion a lit LED means "pulses arrive" and goes out this long after the last one. */
const steady_ms = 1_500;
/** A hidden page plays nothing; what piled up meanwhile beyond this is dropped. */
const max_waiting = 200;
const stale_ms = 2_000;

class PulseLed {
    private waiting: number[] = [];
    private lit_since_ms: number | null = null;

    constructor(private readonly lamp: Element) {}

    pulse(due_ms: number): void {
        this.waiting.push(due_ms);
        if (this.waiting.length > max_waiting) this.waiting.shift();
    }

    /** One video frame. Between two flashes there is always a dark frame, so that each can be told from the next. */
    frame(now_ms: number): void {
        if (prefersReducedMotion()) return this.steadyFrame(now_ms);
        if (this.lit_since_ms !== null) {
            if (now_ms - this.lit_since_ms >= flash_ms - 1) this.light(null);
            return;
        }
        while ((this.waiting[0] ?? now_ms) < now_ms - stale_ms) this.waiting.shift();
        if ((this.waiting[0] ?? Infinity) <= now_ms) {
            this.waiting.shift();
            this.light(now_ms);
        }
    }

    reset(): void {
        this.waiting = [];
        this.light(null);
    }

    get idle(): boolean {
        return this.waiting.length === 0 && this.lit_since_ms === null;
    }

    private steadyFrame(now_ms: number): void {
        while ((this.waiting[0] ?? Infinity) <= now_ms) {
            this.waiting.shift();
            this.light(now_ms);
        }
        if (this.lit_since_ms !== null && now_ms - this.lit_since_ms >= steady_ms) this.light(null);
    }

    private light(since_ms: number | null): void {
        this.lit_since_ms = since_ms;
        this.lamp.classList.toggle('lit', since_ms !== null);
    }
}

export interface LedMessage {
    /** Milliseconds ago, newest last. */
    readonly active: readonly number[];
    readonly reactive: readonly number[];
    readonly alarm: boolean;
    readonly credit: 'off' | 'green' | 'red' | null;
}
export interface OutputMessage {
    readonly active: readonly number[];
    readonly reactive: readonly number[];
}

export interface Lamps {
    readonly active: Element;
    readonly reactive: Element;
    readonly alarm: Element;
    /** Of a model that has one. */
    readonly credit: Element | null;
    /** The contacts of the electrical outputs. */
    readonly active_output: Element;
    readonly reactive_output: Element;
}

export class Leds {
    private readonly active: PulseLed;
    private readonly reactive: PulseLed;
    private readonly active_output: PulseLed;
    private readonly reactive_output: PulseLed;
    private running = false;

    constructor(private readonly lamps: Lamps) {
        this.active = new PulseLed(lamps.active);
        this.reactive = new PulseLed(lamps.reactive);
        this.active_output = new PulseLed(lamps.active_output);
        this.reactive_output = new PulseLed(lamps.reactive_output);
    }

    show(leds: LedMessage, outputs: OutputMessage): void {
        const now_ms = performance.now();
        const play = (led: PulseLed, ages_ms: readonly number[]): void => {
            for (const age_ms of ages_ms) led.pulse(now_ms - age_ms + playout_delay_ms);
        };
        play(this.active, leds.active);
        play(this.reactive, leds.reactive);
        play(this.active_output, outputs.active);
        play(this.reactive_output, outputs.reactive);
        this.lamps.alarm.classList.toggle('lit', leds.alarm);
        this.showCredit(leds.credit ?? 'off');
        this.run();
    }

    reset(): void {
        for (const led of this.pulsing) led.reset();
        this.lamps.alarm.classList.remove('lit');
        this.showCredit('off');
    }

    private get pulsing(): readonly PulseLed[] {
        return [this.active, this.reactive, this.active_output, this.reactive_output];
    }

    private showCredit(colour: 'off' | 'green' | 'red'): void {
        const { credit } = this.lamps;
        if (credit === null) return;
        credit.classList.toggle('lit', colour !== 'off');
        credit.setAttribute('data-colour', colour);
        credit.setAttribute('aria-label', `LED credit, ${colour}`);
    }

    private run(): void {
        if (this.running || this.pulsing.every(({ idle }) => idle)) return;
        this.running = true;
        const frame = (): void => {
            const now_ms = performance.now();
            for (const led of this.pulsing) led.frame(now_ms);
            this.running = !this.pulsing.every(({ idle }) => idle);
            if (this.running) requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
    }
}
