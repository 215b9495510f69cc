/** A count with its noun: `1 group`, `12,000 groups`. The plural takes an s. */
export const plural = (n: number, one: string): string => `${n.toLocaleString("en")} ${n === 1 ? one : `${one}s`}`;
