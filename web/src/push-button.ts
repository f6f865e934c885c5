// A button of the meter: pressed while a pointer or a key holds it down, and never left pressed.

export function makePushButton(element: SVGElement, label: string, onPressed: (pressed: boolean) => void): void {
    element.setAttribute('role', 'button');
    element.setAttribute('tabindex', '0');
    element.setAttribute('aria-label', label);
    element.classList.add('push-button');

    let down = false;
    const press = (pressed: boolean): void => {
        if (pressed === down || (pressed && element.getAttribute('aria-disabled') === 'true')) return;
        down = pressed;
        element.classList.toggle('pressed', pressed);
        onPressed(pressed);
    };

    element.addEventListener('pointerdown', (event) => {
        if (event.button !== 0) return;
        element.setPointerCapture(event.pointerId);
        press(true);
    });
    for (const end of ['pointerup', 'pointercancel', 'lostpointercapture', 'blur'] as const) {
        element.addEventListener(end, () => press(false));
    }
    element.addEventListener('keydown', (event) => {
        if (event.key !== ' ' && event.key !== 'Enter') return;
        event.preventDefault();
        if (!event.repeat) press(true);
    });
    element.addEventListener('keyup', (event) => {
        if (event.key === ' ' || event.key === 'Enter') press(false);
    });
}
