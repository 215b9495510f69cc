/** Numbers as people read them: fixed digits, a true minus sign, units with a thin space. */

const MINUS = "\u2212";

/** A plain number with `digits` decimals; an en dash for what is not a number. */
export function fixed(x: number, digits = 2): string {
	if (Number.isNaN(x)) return "\u2013";
	if (!Number.isFinite(x)) return x > 0 ? "\u221e" : `${MINUS}\u221e`;
	const text = Math.abs(x).toFixed(digits);
	return x < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** A signed number, `+0.64` or `−0.12`; zero has no sign. */
export function signed(x: number, digits = 2): string {
	const text = fixed(x, digits);
	return x > 0 && Number(x.toFixed(digits)) !== 0 ? `+${text}` : text;
}

/** Three significant digits over a wide range: `0.0031`, `12.4`, `3.1e-7`. */
export function significant(x: number): string {
	if (!Number.isFinite(x)) return fixed(x);
	if (x === 0) return "0";
	const size = Math.abs(x);
	if (size >= 1e5 || size < 1e-4) return x.toExponential(1).replace("-", MINUS).replace("e+", "e");
	const text = Number(size.toPrecision(3)).toString();
	return x < 0 ? MINUS + text : text;
}

/** The same for numbers that stand in a column, with their last zeros: `0.160` above `0.132`. */
export function columnar(x: number): string {
	const size = Math.abs(x);
	if (!(size >= 1e-4 && size < 1000)) return significant(x);
	return (x < 0 ? MINUS : "") + size.toPrecision(3);
}

/** A setting as it is: `123456`, `0.0003`, `−2`; runs that differ never read the same. */
export function exactly(x: number): string {
	return String(x).replaceAll("-", MINUS);
}

/** A count with k and M: `812`, `12.3k`, `4.1M`. */
export function compact(n: number): string {
	if (!Number.isFinite(n)) return "\u2013";
	if (n < 1000) return n < 10 ? String(Math.round(n * 10) / 10) : String(Math.round(n));
	const [size, unit] = n < 999_500 ? [n / 1000, "k"] : [n / 1e6, "M"];
	return `${size < 10 ? Number(size.toFixed(1)) : Math.round(size)}${unit}`;
}

/** A duration in words: `under 1 s`, `14 s`, `2 min 05 s`, `1 h 03 min`. */
export function duration(seconds: number): string {
	if (!Number.isFinite(seconds) || seconds < 0) return "\u2013";
	if (seconds < 1) return "under 1 s";
	const s = Math.round(seconds);
	if (s < 60) return `${s} s`;
	const pad = (n: number) => String(n).padStart(2, "0");
	if (s < 3600) return `${Math.floor(s / 60)} min ${pad(s % 60)} s`;
	return `${Math.floor(s / 3600)} h ${pad(Math.floor((s % 3600) / 60))} min`;
}

/** A share as whole percents: `62 %`. */
export function percent(share: number): string {
	return Number.isFinite(share) ? `${Math.round(share * 100)}\u202f%` : "\u2013";
}

/** How a signed number is spoken: `plus 0.71`. */
export function spoken(x: number): string {
	if (Number.isNaN(x)) return "not scored";
	const size = Math.abs(x).toFixed(2);
	return Number(size) === 0 ? "zero" : `${x < 0 ? "minus" : "plus"} ${size}`;
}

/** An amount of memory: `640 kB`, `12 MB`, `3.1 GB`; powers of ten. */
export function bytesText(bytes: number): string {
	const [size, unit] = bytes >= 1e9 ? [bytes / 1e9, "GB"] : bytes >= 1e6 ? [bytes / 1e6, "MB"] : [bytes / 1e3, "kB"];
	return `${size < 10 ? Number(size.toFixed(1)) : Math.round(size)} ${unit}`;
}

/** When something was saved, in the reader's own way of writing dates; `when` in ms since 1970. */
export function dateText(when: number): string {
	return new Date(when).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}
