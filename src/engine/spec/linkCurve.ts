/** A success curve as a link carries it: at evenly spaced training steps from 1 to `lastStep`. */
export interface LinkCurve {
	readonly lastStep: number;
	/** Shares in [0, 1], exact to 1/126; between 1 and 32 of them, and not more than there are steps. */
	readonly success: readonly number[];
}

/** Points of a curve in a link: as many as a small chart can show. */
const MOST_POINTS = 32;
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const LEVELS = DIGITS.length - 1;

/** Training step of point i of n: 1 + round(i·(lastStep − 1)/(n − 1)). One point stands at the first step. */
export const curveStep = (i: number, n: number, lastStep: number): number =>
	1 + (n > 1 ? Math.round((i * (lastStep - 1)) / (n - 1)) : 0);

/**
 * The curve of a run for its link. @param success share of solved rollouts of steps 1, 2, … in [0, 1].
 * @returns undefined before the first step, or when a value is no share.
 */
export function thinCurve(success: ArrayLike<number>): LinkCurve | undefined {
	const lastStep = success.length;
	const n = Math.min(MOST_POINTS, lastStep);
	const points = Array.from({ length: n }, (_, i) => success[curveStep(i, n, lastStep) - 1] as number);
	return n > 0 && points.every((x) => x >= 0 && x <= 1) ? { lastStep, success: points } : undefined;
}

/** `120:AAQf_`: last step, then one digit of base64url a point, digit d meaning d/63. */
export const encodeCurve = ({ lastStep, success }: LinkCurve): string =>
	`${lastStep}:${success.map((x) => DIGITS[Math.round(x * LEVELS)]).join("")}`;

/** The curve that a link carries; undefined when it is none. */
export function decodeCurve(value: unknown): LinkCurve | undefined {
	const [, last = "", digits = ""] = /^(\d{1,7}):([\w-]{1,32})$/.exec(typeof value === "string" ? value : "") ?? [];
	const lastStep = Number(last);
	if (digits === "" || digits.length > lastStep) return undefined;
	return { lastStep, success: Array.from(digits, (digit) => DIGITS.indexOf(digit) / LEVELS) };
}
