import { ticks } from "d3-array";

/** A linear scale as axes take it, which never changes. */
export interface LinearScale {
	(value: number): number;
	domain(): number[];
	range(): number[];
	ticks(count: number): number[];
	copy(): this;
}

/**
 * Numbers of a domain, whose ends differ, to pixels of a range: `p + (x − a) / (b − a) · (q − p)`. The scale of `d3-scale` would bring colours,
 * formats and their interpolation to every first visit.
 */
export function linearScale(domain: readonly [number, number], range: readonly [number, number]): LinearScale {
	const [a, b] = domain;
	const [p, q] = range;
	const scale = Object.assign((value: number) => p + ((value - a) / (b - a)) * (q - p), {
		domain: () => [a, b],
		range: () => [p, q],
		ticks: (count: number) => ticks(a, b, count),
		copy: () => scale,
	}) as LinearScale;
	return scale;
}
