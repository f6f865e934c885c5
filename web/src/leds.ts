// Pulse LEDs: each pulse is flashed at its own instant, a constant delay after it happened.
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
    readonly active: readonly number[];
    readonly reactive: readonly number[];
    readonly alarm: boolean;
}

export class Leds {
    private readonly active: PulseLed;
    private readonly reactive: PulseLed;
    private running = false;

    constructor(
        active: Element,
        reactive: Element,
        private readonly alarm: Element,
    ) {
        this.active = new PulseLed(active);
        this.reactive = new PulseLed(reactive);
    }

    show(leds: LedMessage): void {
        const now_ms = performance.now();
        for (const age_ms of leds.active) this.active.pulse(now_ms - age_ms + playout_delay_ms);
        for (const age_ms of leds.reactive) this.reactive.pulse(now_ms - age_ms + playout_delay_ms);
        this.alarm.classList.toggle('lit', leds.alarm);
        this.run();
    }

    reset(): void {
        this.active.reset();
        this.reactive.reset();
        this.alarm.classList.remove('lit');
    }

    private run(): void {
        if (this.running || (this.active.idle && this.reactive.idle)) return;
        this.running = true;
        const frame = (): void => {
            const now_ms = performance.now();
            this.active.frame(now_ms);
            this.reactive.frame(now_ms);
            this.running = !(this.active.idle && this.reactive.idle);
            if (this.running) requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
    }
}
