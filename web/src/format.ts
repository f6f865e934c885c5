// Numbers, times and octets as the page writes them.

/** Fixed decimals, with a real minus sign, and never "-0". */
export function fixed(value: number, decimals: number): string {
    const text = value.toFixed(decimals);
    if (Number(text) === 0) return (0).toFixed(decimals);
    return text.replace('-', '\u2212');
}

/** An angle in degrees, from 0 up to and without 360: what rounds up to a whole turn is none. */
export function angle(degrees: number, decimals: number): string {
    const text = fixed(degrees, decimals);
    return Number(text) === 360 ? fixed(0, decimals) : text;
}

/** Significant digits without trailing zeros, for entry fields and axis labels. */
export function significant(value: number, digits: number): string {
    return String(Number(value.toPrecision(digits)));
}

/** The clock of an ISO 8601 time as the meter wrote it: its own zone, not the browser's. */
export function clockOf(time: string): string {
    return /T(\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?)/.exec(time)?.[1] ?? time;
}

/** Date and clock to the second of an ISO 8601 time, in the meter's own zone. */
export function dateAndClockOf(time: string): string {
    const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})/.exec(time);
    return match ? `${match[1]} ${match[2]}` : time;
}

/** The octets of a hex string, blanks allowed; null if it is not hex. */
export function octetsOf(hex: string): number[] | null {
    const digits = hex.replace(/\s+/g, '');
    if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits)) return null;
    return Array.from({ length: digits.length / 2 }, (_, index) =>
        parseInt(digits.slice(2 * index, 2 * index + 2), 16),
    );
}

export function hexOf(octet: number): string {
    return octet.toString(16).toUpperCase().padStart(2, '0');
}
