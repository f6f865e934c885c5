// Colours of the style sheet for what is drawn on canvas, and notice when light and dark change places.

const schemes = window.matchMedia('(prefers-color-scheme: dark)');
const reduced = window.matchMedia('(prefers-reduced-motion: reduce)');
const cache = new Map<string, string>();

schemes.addEventListener('change', () => cache.clear());

/** Value of a CSS custom property such as `--l1`. */
export function colour(property: string): string {
    const known = cache.get(property);
    if (known !== undefined) return known;
    const value = getComputedStyle(document.documentElement).getPropertyValue(property).trim();
    cache.set(property, value);
    return value;
}

export function onSchemeChange(redraw: () => void): void {
    schemes.addEventListener('change', redraw);
}

export function prefersReducedMotion(): boolean {
    return reduced.matches;
}
