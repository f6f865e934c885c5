// A small single-stroke alphabet for the symbols etched into the glass: the page uses no font inside the LCD.

interface Glyph {
    readonly width: number;
    readonly path: string;
}

/** Glyphs stand on y = 12, capitals reach up to y = 0. */
const glyphs: Readonly<Record<string, Glyph>> = {
    '1': { width: 4, path: 'M0 3L3.4 0V12' },
    '2': { width: 8, path: 'M.4 3.2Q.4 0 4 0Q7.6 0 7.6 3.2Q7.6 5 5.4 7.1L.3 12H8' },
    '3': { width: 8, path: 'M.6 1.8Q1.6 0 4 0Q7.4 0 7.4 2.9Q7.4 5.6 3.6 5.7Q7.8 5.8 7.8 8.9Q7.8 12 4 12Q1.2 12 .3 10' },
    '4': { width: 8, path: 'M6 12V0L.2 8.4H8' },
    A: { width: 9, path: 'M0 12L4.5 0L9 12M1.6 8H7.4' },
    E: { width: 7, path: 'M7 0H0V12H7M0 6H5.8' },
    F: { width: 7, path: 'M0 12V0H7M0 6H5.8' },
    H: { width: 8, path: 'M0 0V12M8 0V12M0 6H8' },
    L: { width: 7, path: 'M0 0V12H7' },
    P: { width: 8, path: 'M0 12V0H4.4Q8 0 8 3.4Q8 6.8 4.4 6.8H0' },
    Q: { width: 9, path: 'M4.5 0Q9 0 9 6Q9 12 4.5 12Q0 12 0 6Q0 0 4.5 0ZM5.6 8.6L9 12.6' },
    S: { width: 8, path: 'M7.6 2Q6.4 0 4 0Q.6 0 .6 3Q.6 5.4 4 6Q7.8 6.7 7.8 9Q7.8 12 4 12Q1.4 12 0 10' },
    T: { width: 8, path: 'M0 0H8M4 0V12' },
    V: { width: 9, path: 'M0 0L4.5 12L9 0' },
    W: { width: 12, path: 'M0 0L3 12L6 2.4L9 12L12 0' },
    a: { width: 7, path: 'M6.8 4.2V12M6.8 8Q6.8 4.2 3.4 4.2Q0 4.2 0 8.1Q0 12 3.4 12Q6.8 12 6.8 8' },
    h: { width: 7, path: 'M0 0V12M0 7.6Q.8 4.2 3.6 4.2Q6.8 4.2 6.8 7.6V12' },
    k: { width: 7, path: 'M0 0V12M6.2 4.2L0 9.2M2.4 7.3L6.8 12' },
    r: { width: 5, path: 'M0 4.2V12M0 7.6Q.6 4.2 4.8 4.4' },
    v: { width: 7, path: 'M0 4.2L3.5 12L7 4.2' },
    z: { width: 7, path: 'M.2 4.2H6.6L0 12H7' },
};

const spacing = 2.8;

export interface StrokedText {
    readonly width: number;
    readonly parts: readonly { readonly x: number; readonly path: string }[];
}

/** Letters without a glyph leave a gap. */
export function strokedText(text: string): StrokedText {
    const parts: { x: number; path: string }[] = [];
    let x = 0;
    for (const letter of text) {
        const glyph = glyphs[letter];
        if (glyph) parts.push({ x, path: glyph.path });
        x += (glyph?.width ?? 5) + spacing;
    }
    return { width: Math.max(0, x - spacing), parts };
}
