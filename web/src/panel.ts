// Everything on the page that depends on the meter's model, fed by the meter's messages.

import { Alarms } from './alarms';
import { Beeper } from './beeper';
import { ControlPanel } from './controls';
import { Curves } from './curves';
import { byId } from './dom';
import { EventLog } from './event-log';
import { Leds } from './leds';
import { meterPicture, type MeterPicture } from './meter-picture';
import { Phasors } from './phasors';
import type { Controls, Events, Hello, PageMessage, Push, Scenario, State, Tick, Wave } from './protocol';
import { RelayPanel } from './relay-panel';
import { ScenarioPanel } from './scenario-panel';
import { SitePanel } from './site-panel';
import { Values } from './values';
import { Waves } from './waves';

export class Panel {
    private readonly picture: MeterPicture;
    private readonly leds: Leds;
    private readonly beeper: Beeper;
    private readonly controls: ControlPanel;
    private readonly values: Values;
    private readonly phasors: Phasors;
    private readonly waves: Waves;
    private readonly curves: Curves;
    private readonly site: SitePanel;
    private readonly relay: RelayPanel;
    private readonly alarms: Alarms;
    private readonly events: EventLog;
    private readonly scenario: ScenarioPanel;

    constructor(hello: Hello, send: (message: PageMessage) => void) {
        const { model } = hello;
        this.picture = meterPicture(hello, send);
        byId('meter').replaceChildren(this.picture.root);
        this.leds = new Leds(this.picture.lamps);
        this.beeper = new Beeper();
        this.controls = new ControlPanel(byId('controls'), model, send);
        this.values = new Values(byId('values'), model);
        this.phasors = new Phasors(byId('phasors'), model);
        this.waves = new Waves(byId('waves'), model);
        this.curves = new Curves(byId('power-curve'), byId('voltage-curve'), model);
        this.site = new SitePanel(byId('site'), hello, send);
        this.relay = new RelayPanel(byId('relay'), model, send);
        this.alarms = new Alarms(byId('alarms'), byId('alarm-names'));
        this.events = new EventLog(byId('events'), byId('events-state'), byId('events-filter'), hello.logs);
        this.scenario = new ScenarioPanel(byId('scenario-card'), byId('scenario-title'), byId('scenario'));
        this.showControls(hello.controls);
    }

    showTick(tick: Tick): void {
        this.picture.lcd.show(tick.lcd);
        this.leds.show(tick.leds, tick.outputs);
        this.beeper.show(tick.sounds);
        this.values.show(tick);
        this.phasors.show(tick);
        this.curves.show(tick);
    }

    showWave(wave: Wave): void {
        this.waves.show(wave);
    }

    showControls(controls: Controls): void {
        this.controls.show(controls);
        this.picture.showControls(controls);
        this.site.show(controls);
    }

    showState(state: State): void {
        this.picture.showState(state);
        this.site.showState(state);
        this.relay.show(state.relay);
        this.alarms.show(state);
    }

    showEvents(events: Events): void {
        this.events.show(events);
    }

    showPush(push: Push): void {
        this.events.showPush(push);
    }

    showScenario(scenario: Scenario): void {
        this.scenario.show(scenario);
    }

    /** Nothing is known of the meter any more, so nothing is claimed of it. */
    goDark(): void {
        this.picture.lcd.clear();
        this.leds.reset();
        this.beeper.reset();
    }
}
