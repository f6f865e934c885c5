// Shapes and places of the annunciators on the glass, by the names that the meter announces.

/** Size of the glass in its own units; every place below is in them. */
export const glass = { width: 360, height: 156 } as const;

export interface Symbol {
    readonly x: number;
    readonly y: number;
    readonly scale: number;
    /** Letters of the stroke alphabet, or … */
    readonly text?: string;
    /** … strokes and filled shapes in a 20 by 20 box. */
    readonly stroke?: string;
    readonly fill?: string;
    /** Said by the tooltip. */
    readonly title: string;
}

const icon_row_y = 131;
const icon_pitch = 25.6;

function letters(text: string, x: number, y: number, scale: number, title: string): Symbol {
    return { x, y, scale, text, title };
}

function icon(place: number, title: string, stroke: string, fill = ''): Symbol {
    return { x: 11 + place * icon_pitch, y: icon_row_y, scale: 0.86, stroke, fill, title };
}

function quadrantArrow(x: number, y: number, path: string, title: string): Symbol {
    return { x, y, scale: 1, fill: path, title };
}

const symbols: Readonly<Record<string, Symbol>> = {
    T1: letters('T1', 112, 15, 0.95, 'Tariff 1'),
    T2: letters('T2', 131, 15, 0.95, 'Tariff 2'),
    T3: letters('T3', 154, 15, 0.95, 'Tariff 3'),
    T4: letters('T4', 177, 15, 0.95, 'Tariff 4'),
    L1: letters('L1', 219, 15, 0.95, 'Phase L1 present'),
    L2: letters('L2', 237, 15, 0.95, 'Phase L2 present'),
    L3: letters('L3', 259, 15, 0.95, 'Phase L3 present'),
    'phase-sequence': {
        x: 285,
        y: 11,
        scale: 0.95,
        stroke: 'M15.6 15.4A7.6 7.6 0 1 1 17.4 8.2M17.9 3.4L17.6 8.6L12.6 7.4',
        title: 'Phase sequence',
    },
    'P+': quadrantArrow(332, 21, 'M4 -2.4H10V-6L18 0L10 6V2.4H4Z', 'Active power, import'),
    'P-': quadrantArrow(332, 21, 'M-4 -2.4H-10V-6L-18 0L-10 6V2.4H-4Z', 'Active power, export'),
    'Q+': quadrantArrow(332, 21, 'M-2.2 -4V-8H-6L0 -16L6 -8H2.2V-4Z', 'Reactive power, import'),
    'Q-': quadrantArrow(332, 21, 'M-2.2 4V8H-6L0 16L6 8H2.2V4Z', 'Reactive power, export'),

    var: letters('var', 304, 44, 1.15, 'var'),
    k: letters('k', 287, 63, 1.3, 'kilo'),
    W: letters('W', 304, 63, 1.3, 'W'),
    h: letters('h', 330, 63, 1.3, 'hours'),
    VA: letters('VA', 303, 84, 1.1, 'VA'),
    V: letters('V', 284, 107, 0.9, 'volts'),
    A: letters('A', 297, 107, 0.9, 'amperes'),
    Hz: letters('Hz', 309, 107, 0.9, 'hertz'),
    PF: letters('PF', 328, 107, 0.9, 'power factor'),
    deg: { x: 346, y: 107, scale: 1, stroke: 'M2.4 0A2.4 2.4 0 1 1 2.39 0Z', title: 'degrees' },

    time: icon(0, 'Time', 'M10 2A8 8 0 1 1 9.99 2ZM10 5.6V10L13.2 12.2'),
    date: icon(1, 'Date', 'M2.5 4H17.5V18H2.5ZM2.5 8.2H17.5M6.4 1.6V5.6M13.6 1.6V5.6', 'M5.6 11H8.4V13.8H5.6Z'),
    'relay-open': icon(
        2,
        'Relay open',
        'M0 14H4M16 14H20M6 12.4L15.4 5',
        'M5.6 11.8A2.2 2.2 0 1 1 5.59 11.8ZM14.4 11.8A2.2 2.2 0 1 1 14.39 11.8Z',
    ),
    'battery-low': icon(3, 'Battery low', 'M1.5 5.5H16V14.5H1.5Z', 'M16.8 8H19V12H16.8ZM3.4 7.4H6.2V12.6H3.4Z'),
    alarm: icon(4, 'Alarm', 'M10 2.2L19 17.8H1ZM10 7.6V12.4', 'M9 14H11V16H9Z'),
    'cover-open': icon(5, 'Cover open', 'M2.5 9.5H17.5V18H2.5ZM2.5 9.5L15.6 2.4M10 12.4V15.2'),
    'magnetic-field': icon(
        6,
        'Magnetic field',
        'M3 2.4V10A7 7 0 0 0 17 10V2.4H12.4V10A2.4 2.4 0 0 1 7.6 10V2.4Z',
        'M3 2.4H7.6V6H3ZM12.4 2.4H17V6H12.4Z',
    ),
    communication: icon(
        7,
        'Communication',
        'M2 6.8H17.4M13.2 2.6L17.6 6.8L13.2 11M18 13.4H2.6M6.8 9.2L2.4 13.4L6.8 17.6',
    ),
    signal: icon(
        8,
        'Mobile signal',
        'M1.4 2.6H8.6L5 7ZM5 7V18',
        'M9.4 14H11.8V18H9.4ZM13 10H15.4V18H13ZM16.6 5H19V18H16.6Z',
    ),
    credit: icon(
        9,
        'Credit',
        'M3 5.4A7 2.8 0 1 1 3 5.5ZM3 5.4V14.8A7 2.8 0 0 0 17 14.8V5.4M3 10.1A7 2.8 0 0 0 17 10.1',
    ),
    token: icon(
        10,
        'Token',
        'M1.5 4.5H18.5V8A2 2 0 0 0 18.5 12V15.5H1.5V12A2 2 0 0 0 1.5 8ZM12.6 6.6V8.4M12.6 11.4V13.2',
    ),
    'key-lock': icon(11, 'Keys locked', 'M3.6 9H16.4V18H3.6ZM6.2 9V6A3.8 3.8 0 0 1 13.8 6V9', 'M9 11.8H11V15.4H9Z'),
    test: letters('TEST', 11 + 12 * icon_pitch, icon_row_y + 3.6, 0.76, 'Test mode'),
};

/** A name the page has no symbol for still shows: as a small square in a row of its own below the glass's edge. */
export function unknownSymbol(name: string, place: number): Symbol {
    return { x: 12 + place * 9, y: 151, scale: 0.3, fill: 'M0 0H12V12H0Z', title: name };
}

export function symbolOf(name: string): Symbol | undefined {
    return Object.hasOwn(symbols, name) ? symbols[name] : undefined;
}
