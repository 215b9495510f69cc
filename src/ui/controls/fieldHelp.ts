import type { ParamSpec } from "../../engine/spec/params";

/** The range of a parameter in words: `1 to 12 blocks`, `0.05 to 5`; null where there is none. */
export function rangeOf(param: ParamSpec): string | null {
	if (param.type === "flag" || param.type === "choice") return null;
	const kind = param.type === "integer" ? "whole number, " : "";
	return `${kind}${shortest(param.min)} to ${shortest(param.max)}${param.unit ? ` ${param.unit}` : ""}`;
}

const spelled = (value: string | number) => (typeof value === "number" ? shortest(value) : value);

/** What stands under a field that is being edited: meaning, range, default. */
export function helpOf(param: ParamSpec): string {
	const range = rangeOf(param);
	const usual = param.type === "flag" ? (param.default ? "on" : "off") : spelled(param.default);
	return `${param.help} ${range ? `Range: ${range}. ` : ""}Default: ${usual}.`;
}

/** The next value for an arrow key: one step of the parameter, or a factor of about two where the scale is logarithmic. */
export function stepped(param: Extract<ParamSpec, { min: number }>, value: number, direction: 1 | -1): number {
	const step = param.step ?? (param.type === "integer" ? 1 : (param.max - param.min) / 100);
	const next = param.log ? value * 2 ** direction : value + direction * step;
	const clamped = Math.min(param.max, Math.max(param.min, next));
	return param.type === "integer" ? Math.round(clamped) : Number(clamped.toPrecision(6));
}

/** A number as people type it, `0.001` or `1e-6`; it reads back to the same number. */
export function shortest(value: number): string {
	const plain = String(value);
	const power = value.toExponential();
	return !Number.isInteger(value) && power.length + 1 < plain.length ? power : plain;
}
