// Small helpers that make elements. Text always becomes a text node, so no string from outside can become markup.

export type Attributes = Readonly<Record<string, string | number | boolean>>;

function apply(element: Element, attributes: Attributes, children: readonly (Node | string)[]): void {
    for (const [name, value] of Object.entries(attributes)) {
        if (value !== false) element.setAttribute(name, value === true ? '' : String(value));
    }
    element.append(...children);
}

export function html<K extends keyof HTMLElementTagNameMap>(
    tag: K,
    attributes: Attributes = {},
    ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
    const element = document.createElement(tag);
    apply(element, attributes, children);
    return element;
}

export function svg<K extends keyof SVGElementTagNameMap>(
    tag: K,
    attributes: Attributes = {},
    ...children: readonly (Node | string)[]
): SVGElementTagNameMap[K] {
    const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
    apply(element, attributes, children);
    return element;
}

/** The element of the page's skeleton with this id. */
export function byId(id: string): HTMLElement {
    const element = document.getElementById(id);
    if (element === null) throw new Error(`index.html has no element #${id}`);
    return element;
}

/** Writes text only when it changed, so that ten updates a second disturb neither selection nor layout. */
export function setText(element: Element, text: string): void {
    if (element.textContent !== text) element.textContent = text;
}
