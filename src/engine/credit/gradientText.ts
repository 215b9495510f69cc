import type { Gradient, MeasuredGradient } from "./method";

const WORDS = {
	equal: "equal",
	groupMean: "(G−1)/G of it",
	batchMean: "(n−1)/n of it",
	scaled: "a multiple of it",
} as const;

const named = (gradient: Gradient) =>
	typeof gradient === "number" ? `cosine ${gradient.toFixed(3)}` : WORDS[gradient];

/** What was measured of a method's mean gradient beside the exact one, in words: `discount=1: equal`, or one for each form of the task. */
export function gradientText({ params = {}, signals = {}, door, apples }: MeasuredGradient): string {
	const settings = [
		...Object.entries(params).map(([name, value]) => `${name}=${value}`),
		...Object.entries(signals).flatMap(([id, given]) => Object.entries(given).map(([k, v]) => `${id}.${k}=${v}`)),
	];
	const found = door === apples ? named(door) : `${named(door)}; rewards on the way: ${named(apples)}`;
	return settings.length > 0 ? `${settings.join(" ")}: ${found}` : found;
}
