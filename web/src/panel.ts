// Everything on the page that depends on the meter's model, fed by the meter's messages.

import { ControlPanel } from './controls';
import { Curves } from './curves';
import { byId } from './dom';
import { Leds } from './leds';
import { meterPicture, type MeterPicture } from './meter-picture';
import { Phasors } from './phasors';
import type { Controls, Hello, PageMessage, Tick, Wave } from './protocol';
import { Values } from './values';
import { Waves } from './waves';

export class Panel {
    private readonly picture: MeterPicture;
    private readonly leds: Leds;
    private readonly controls: ControlPanel;
    private readonly values: Values;
    private readonly phasors: Phasors;
    private readonly waves: Waves;
    private readonly curves: Curves;

    constructor(hello: Hello, send: (message: PageMessage) => void) {
        const { model } = hello;
        this.picture = meterPicture(hello, send);
        byId('meter').replaceChildren(this.picture.root);
        const { active, reactive, alarm } = this.picture.lamps;
        this.leds = new Leds(active, reactive, alarm);
        this.controls = new ControlPanel(byId('controls'), model, send);
        this.values = new Values(byId('values'), model);
        this.phasors = new Phasors(byId('phasors'), model);
        this.waves = new Waves(byId('waves'), model);
        this.curves = new Curves(byId('power-curve'), byId('voltage-curve'), model);
        this.showControls(hello.controls);
    }

    showTick(tick: Tick): void {
        this.picture.lcd.show(tick.lcd);
        this.leds.show(tick.leds);
        this.values.show(tick);
        this.phasors.show(tick);
        this.curves.show(tick);
    }

    showWave(wave: Wave): void {
        this.waves.show(wave);
    }

    showControls(controls: Controls): void {
        this.controls.show(controls);
    }

    /** Nothing is known of the meter any more, so nothing is claimed of it. */
    goDark(): void {
        this.picture.lcd.clear();
        this.leds.reset();
    }
}
