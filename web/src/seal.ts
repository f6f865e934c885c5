// A sealed screw: the sealing cap and its wire.

import { svg } from './dom';

export function seal(x: number, y: number): SVGGElement {
    return svg(
        'g',
        { transform: `translate(${x} ${y})` },
        svg('circle', { r: 8, class: 'seal-seat' }),
        svg('path', { d: 'M-2 2C-9 12 -1 17 2 10M2 2C8 8 8 13 2 10', class: 'seal-wire' }),
        svg('circle', { r: 4.6, class: 'seal-cap' }),
        svg('path', { d: 'M-2 0H2M0 -2V2', class: 'seal-mark' }),
    );
}
