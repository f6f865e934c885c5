// One DLMS message opened: its octets and its decoded tree, each pointing at the other.

import { html } from './dom';
import { hexOf, octetsOf } from './format';
import type { LogMessage, TreeNode } from './protocol';

/** More octets than these are counted, not drawn. */
const max_octets = 4_096;
const max_depth = 24;

export function logDetail({ hex, tree }: LogMessage): HTMLElement {
    const octets = octetsOf(hex);
    const cells = (octets ?? []).slice(0, max_octets).map((octet) => html('span', { class: 'octet' }, hexOf(octet)));
    const dump = html('div', { class: 'octets' }, ...cells);
    if (octets === null) dump.append(hex);
    else if (octets.length > max_octets)
        dump.append(html('span', { class: 'more' }, `and ${octets.length - max_octets} more`));

    const items = tree.map((node, index) => treeItem(node, index));
    const list = html('ul', { class: 'tree', role: 'tree', 'aria-label': 'Decoded message' }, ...items);
    linkTreeAndOctets(tree, items, cells);
    return html('div', { class: 'log-detail' }, html('div', { class: 'octets-place' }, dump), list);
}

function treeItem(node: TreeNode, index: number): HTMLLIElement {
    const depth = Math.min(node.depth, max_depth);
    const item = html('li', { role: 'treeitem', 'aria-level': depth + 1, 'aria-selected': 'false' });
    item.tabIndex = index === 0 ? 0 : -1;
    item.style.setProperty('--depth', String(depth));
    item.append(html('span', { class: 'node-name' }, node.name));
    if (node.value !== '') item.append(html('span', { class: 'node-value' }, node.value));
    if (node.error !== '') {
        item.classList.add('node-error');
        item.append(html('span', { class: 'error-mark' }, node.error));
    }
    return item;
}

/** The innermost node that holds an octet: the last in reading order, as children follow their parent. */
function nodeAt(tree: readonly TreeNode[], octet: number): number {
    let found = -1;
    tree.forEach(({ offset, length }, index) => {
        if (octet >= offset && octet < offset + length) found = index;
    });
    return found;
}

function linkTreeAndOctets(
    tree: readonly TreeNode[],
    items: readonly HTMLLIElement[],
    cells: readonly HTMLSpanElement[],
): void {
    let selected = -1;
    let highlighted = -1;

    const highlight = (index: number): void => {
        if (index === highlighted) return;
        items[highlighted]?.classList.remove('hit');
        highlighted = index;
        items[index]?.classList.add('hit');
        const node = tree[index];
        cells.forEach((cell, octet) => {
            const hit = node !== undefined && octet >= node.offset && octet < node.offset + node.length;
            cell.classList.toggle('hit', hit);
            cell.classList.toggle('hit-error', hit && node.error !== '');
        });
    };
    const select = (index: number): void => {
        items.forEach((item, place) => {
            item.setAttribute('aria-selected', String(place === index));
            item.tabIndex = place === Math.max(index, 0) ? 0 : -1;
        });
        selected = index;
        highlight(index);
    };

    items.forEach((item, index) => {
        item.addEventListener('pointerenter', () => highlight(index));
        item.addEventListener('pointerleave', () => highlight(selected));
        item.addEventListener('click', () => select(index === selected ? -1 : index));
        item.addEventListener('focus', () => highlight(index));
        item.addEventListener('blur', () => highlight(selected));
        item.addEventListener('keydown', (event) => {
            const steps: Readonly<Record<string, number>> = {
                ArrowDown: index + 1,
                ArrowUp: index - 1,
                Home: 0,
                End: items.length - 1,
            };
            const next = steps[event.key];
            if (next === undefined) return;
            event.preventDefault();
            const target = items[Math.min(Math.max(next, 0), items.length - 1)];
            if (!target) return;
            select(items.indexOf(target));
            target.focus();
        });
    });
    cells.forEach((cell, octet) => {
        cell.addEventListener('pointerenter', () => highlight(nodeAt(tree, octet)));
        cell.addEventListener('pointerleave', () => highlight(selected));
        cell.addEventListener('click', () => select(nodeAt(tree, octet)));
    });
}
