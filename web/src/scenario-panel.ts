// The scenario that is played: how far it is, what happens, and what was expected of it.

import { html, setText } from './dom';
import { significant } from './format';
import type { Scenario } from './protocol';

const marks = { waiting: '\u2026', met: '\u2713', missed: '\u2717' } as const;

function seconds(value: number): string {
    return `${significant(value, 6)} s`;
}

export class ScenarioPanel {
    private shown = '';
    private readonly progress = html('progress', { 'aria-label': 'Progress of the scenario' });
    private readonly elapsed = html('span', { class: 'scenario-elapsed' });
    private readonly steps = html('ol', { class: 'scenario-steps', 'aria-label': 'Steps' });
    private readonly expectations = html('ul', { class: 'scenario-expectations', 'aria-label': 'Expected' });
    private readonly problems = html('ul', { class: 'scenario-problems', 'aria-label': 'Problems' });
    private readonly about = html('p', { class: 'scenario-about' });

    constructor(
        private readonly card: HTMLElement,
        private readonly title: HTMLElement,
        place: HTMLElement,
    ) {
        place.replaceChildren(
            this.about,
            html('p', { class: 'scenario-progress' }, this.progress, this.elapsed),
            html('div', { class: 'scenario-columns' }, this.steps, this.expectations),
            this.problems,
        );
    }

    show(scenario: Scenario): void {
        this.card.hidden = false;
        setText(this.title, scenario.title);
        setText(this.about, scenario.about);
        this.progress.max = scenario.duration;
        this.progress.value = scenario.elapsed;
        setText(this.elapsed, `${significant(scenario.elapsed, 7)} of ${seconds(scenario.duration)}`);
        // The rest stands still for many seconds: whoever reads it keeps his place.
        const { taken, expectations, problems } = scenario;
        const state = JSON.stringify([scenario.title, taken, expectations.map(({ verdict }) => verdict), problems]);
        if (state === this.shown) return;
        this.shown = state;
        this.steps.replaceChildren(
            ...scenario.steps.map(({ at, say }, index) => {
                const item = html('li', {}, html('span', { class: 'scenario-at' }, seconds(at)), ` ${say}`);
                item.classList.toggle('taken', index < taken);
                if (index === taken - 1) item.setAttribute('aria-current', 'step');
                return item;
            }),
        );
        this.expectations.replaceChildren(
            ...expectations.map(({ text, from, until, never, verdict, at }) =>
                html(
                    'li',
                    { 'data-verdict': verdict },
                    html('span', { class: 'verdict', 'aria-hidden': 'true' }, marks[verdict]),
                    html('span', { class: 'visually-hidden' }, `${verdict}: `),
                    `${never ? 'never ' : ''}${text}`,
                    html(
                        'span',
                        { class: 'scenario-at' },
                        at === null ? ` ${significant(from, 6)} to ${seconds(until)}` : ` at ${seconds(at)}`,
                    ),
                ),
            ),
        );
        this.problems.replaceChildren(...problems.map((problem) => html('li', {}, problem)));
    }
}
