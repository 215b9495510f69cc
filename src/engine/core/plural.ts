/** A whole number with commas: `12,345`. By hand, since `toLocaleString` reads tables of languages when it is first used. */
export const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

/** A count with its noun: `1 group`, `12,000 groups`. The plural takes an s. */
export const plural = (n: number, one: string): string => `${grouped(n)} ${n === 1 ? one : `${one}s`}`;
