// The beeper: shows what the meter plays, and plays it where somebody wants to hear it.

import { byId, html, setText } from './dom';

export const sound_names = ['key', 'done', 'refused', 'alarm'] as const;
export type SoundName = (typeof sound_names)[number];

interface Tone {
    readonly hertz: number;
    readonly ms: number;
}

/** What a piezo sounder with one pitch at a time makes of it. */
const tunes: Readonly<Record<SoundName, readonly Tone[]>> = {
    key: [{ hertz: 2400, ms: 30 }],
    done: [
        { hertz: 1800, ms: 90 },
        { hertz: 2400, ms: 140 },
    ],
    refused: [{ hertz: 500, ms: 260 }],
    alarm: [
        { hertz: 2700, ms: 120 },
        { hertz: 2100, ms: 120 },
        { hertz: 2700, ms: 120 },
    ],
};
const words: Readonly<Record<SoundName, string>> = {
    key: 'a button',
    done: 'done',
    refused: 'refused',
    alarm: 'alarm',
};
const shown_ms = 1_500;
const loudness = 0.08;

export class Beeper {
    private readonly state = html('span', { class: 'beeper-state', 'data-sounding': '' }, 'silent');
    private readonly button = html('button', { type: 'button', 'aria-pressed': 'false' }, 'Play its sounds');
    private context: AudioContext | null = null;
    private timer = 0;

    constructor(place: HTMLElement = byId('beeper')) {
        this.button.hidden = !('AudioContext' in window);
        // Browsers let a page sound only after somebody has touched it, so it is off until this is pressed.
        this.button.addEventListener('click', () => this.switchSound());
        place.replaceChildren(html('span', {}, 'Beeper: '), this.state, this.button);
    }

    show(sounds: readonly SoundName[]): void {
        if (sounds.length === 0) return;
        setText(this.state, sounds.map((sound) => words[sound]).join(', '));
        this.state.dataset['sounding'] = sounds.join(' ');
        window.clearTimeout(this.timer);
        this.timer = window.setTimeout(() => this.fallSilent(), shown_ms);
        this.play(sounds.flatMap((sound) => tunes[sound]));
    }

    reset(): void {
        window.clearTimeout(this.timer);
        this.fallSilent();
    }

    private fallSilent(): void {
        setText(this.state, 'silent');
        this.state.dataset['sounding'] = '';
    }

    private switchSound(): void {
        if (this.context === null) {
            this.context = new AudioContext();
        } else {
            void this.context.close();
            this.context = null;
        }
        this.button.setAttribute('aria-pressed', String(this.context !== null));
    }

    private play(tones: readonly Tone[]): void {
        const { context } = this;
        if (context === null) return;
        let at = context.currentTime;
        for (const { hertz, ms } of tones) {
            const gain = new GainNode(context, { gain: loudness });
            const oscillator = new OscillatorNode(context, { type: 'square', frequency: hertz });
            oscillator.connect(gain).connect(context.destination);
            oscillator.start(at);
            at += ms / 1000;
            oscillator.stop(at);
        }
    }
}
