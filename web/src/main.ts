// The page: connects to the meter that served it and hands each message to the part that shows it.

import 'uplot/dist/uPlot.min.css';
import './style/page.css';
import './style/meter.css';
import './style/parts.css';
import './style/site.css';
import { Connection } from './connection';
import { byId } from './dom';
import { Log } from './log';
import { Panel } from './panel';
import type { Hello } from './protocol';
import { Status } from './status';

const status = new Status();
const log = new Log(byId('log'), byId('log-state'), byId('log-pause'), byId('log-clear'));
let panel: Panel | null = null;
let panel_of = '';

/** The same meter come back keeps its curves and log; another one starts a fresh page. */
function welcome(hello: Hello): void {
    status.showHello(hello);
    const identity = JSON.stringify([hello.model, hello.serial, hello.annunciators]);
    if (panel === null) {
        panel = new Panel(hello, (message) => connection.send(message));
        panel_of = identity;
    } else if (identity === panel_of) {
        panel.showControls(hello.controls);
    } else {
        location.reload();
    }
}

const address = new URL('ws', document.baseURI);
address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';

const connection = new Connection(
    address,
    {
        hello: welcome,
        tick: (tick) => {
            status.showTick(tick);
            panel?.showTick(tick);
        },
        wave: (wave) => panel?.showWave(wave),
        log: (message) => log.add(message),
        controls: (controls) => panel?.showControls(controls),
        state: (state) => panel?.showState(state),
        events: (events) => panel?.showEvents(events),
        push: (push) => panel?.showPush(push),
        scenario: (scenario) => panel?.showScenario(scenario),
        error: (message) => status.showNotice(message),
    },
    (state) => {
        status.showConnection(state);
        if (state.kind !== 'connected') panel?.goDark();
    },
);
connection.open();
