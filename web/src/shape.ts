// Decoders that turn unknown JSON into typed values, or throw ShapeError: nothing from the network is trusted.

export class ShapeError extends Error {}

export type Decoder<T> = (value: unknown, path: string) => T;
type Decoded<D> = D extends Decoder<infer T> ? T : never;

function fail(path: string, expected: string): never {
    throw new ShapeError(`${path} is not ${expected}`);
}

export const number: Decoder<number> = (value, path) =>
    typeof value === 'number' && Number.isFinite(value) ? value : fail(path, 'a number');

export const string: Decoder<string> = (value, path) => (typeof value === 'string' ? value : fail(path, 'a string'));

export const boolean: Decoder<boolean> = (value, path) =>
    typeof value === 'boolean' ? value : fail(path, 'true or false');

/** A count that sizes something on the page, so it is bounded. */
export const count =
    (min: number, max: number): Decoder<number> =>
    (value, path) =>
        typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
            ? value
            : fail(path, `an integer from ${min} to ${max}`);

export const oneOf =
    <T extends string>(...allowed: readonly T[]): Decoder<T> =>
    (value, path) =>
        allowed.find((candidate) => candidate === value) ?? fail(path, allowed.join(' or '));

export const array =
    <T>(item: Decoder<T>, max: number): Decoder<T[]> =>
    (value, path) => {
        if (!Array.isArray(value) || value.length > max) fail(path, `a list of at most ${max}`);
        return (value as unknown[]).map((element, index) => item(element, `${path}[${index}]`));
    };

export const optional =
    <T, F = T>(decode: Decoder<T>, fallback: F): Decoder<T | F> =>
    (value, path) =>
        value === undefined || value === null ? fallback : decode(value, path);

export const object =
    <F extends Record<string, Decoder<unknown>>>(fields: F): Decoder<{ [K in keyof F]: Decoded<F[K]> }> =>
    (value, path) => {
        if (typeof value !== 'object' || value === null) fail(path, 'an object');
        const source = value as Record<string, unknown>;
        const decoded = Object.entries(fields).map(([name, decode]) => [name, decode(source[name], `${path}.${name}`)]);
        return Object.fromEntries(decoded) as { [K in keyof F]: Decoded<F[K]> };
    };
