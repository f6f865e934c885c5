// A part of the picture that is in one of two positions: a cover, a switch. The meter says in which; a click asks for
// the other.

export interface Toggle {
    show(on: boolean): void;
}

/** `label` names the part for either position: "Terminal cover, open". */
export function makeToggle(element: SVGElement, label: (on: boolean) => string, onToggle: (on: boolean) => void): Toggle {
    let on = false;
    element.setAttribute('role', 'switch');
    element.setAttribute('tabindex', '0');
    element.classList.add('toggle');
    const title = element.querySelector(':scope > title');
    const show = (next: boolean): void => {
        on = next;
        element.setAttribute('aria-checked', String(on));
        element.setAttribute('aria-label', label(on));
        if (title) title.textContent = label(on);
        element.classList.toggle('on', on);
    };
    element.addEventListener('click', () => onToggle(!on));
    element.addEventListener('keydown', (event) => {
        if (event.key !== ' ' && event.key !== 'Enter') return;
        event.preventDefault();
        if (!event.repeat) onToggle(!on);
    });
    show(false);
    return { show };
}
