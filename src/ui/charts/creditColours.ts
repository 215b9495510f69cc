/**
 * The diverging scale of signed credit: orange below zero, blue above, 33 steps, one table for light and one for dark.
 * The five stops a side were measured to stay apart under all three colour-vision deficiencies and to keep text at 4.5:1;
 * between them the steps are linear in OKLab (Ottosson 2020, https://bottosson.github.io/posts/oklab/).
 */
export const STEPS = 33;
export const ZERO_STEP = 16;

const STOPS = {
	light: ["#e06b1f", "#ed8e56", "#f6b18a", "#fad4be", "#f7f7f5", "#cfd8ee", "#a6bae6", "#789dde", "#3b82d6"],
	dark: ["#c2560f", "#98491c", "#6f3c22", "#472f25", "#1d2127", "#27334b", "#2d4673", "#2e5a9d", "#2a6fc9"],
} as const;

type Triple = readonly [number, number, number];

const toLinear = (c: number) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const toGamma = (c: number) => (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055);

function hexToOklab(hex: string): Triple {
	const [r, g, b] = [1, 3, 5].map((i) => toLinear(Number.parseInt(hex.slice(i, i + 2), 16) / 255)) as [
		number,
		number,
		number,
	];
	const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
	const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
	const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
	return [
		0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
		1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
		0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
	];
}

function oklabToHex([L, a, b]: Triple): string {
	const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
	const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
	const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
	const rgb = [
		4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
		-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
		-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
	];
	const byte = (c: number) => Math.round(Math.min(1, Math.max(0, toGamma(c))) * 255);
	return `#${rgb.map((c) => byte(c).toString(16).padStart(2, "0")).join("")}`;
}

/** The 33 colours of one theme, from most negative to most positive; entries 0, 4, …, 32 are the measured stops. */
export function creditTable(theme: "light" | "dark"): string[] {
	const stops = STOPS[theme].map(hexToOklab);
	return Array.from({ length: STEPS }, (_, i) => {
		const at = Math.min(Math.floor(i / 4), stops.length - 2);
		const f = i / 4 - at;
		const [p, q] = [stops[at] as Triple, stops[at + 1] as Triple];
		return oklabToHex([p[0] + f * (q[0] - p[0]), p[1] + f * (q[1] - p[1]), p[2] + f * (q[2] - p[2])]);
	});
}

/**
 * One rule a step, `.q0 … .q32`: marks are recoloured by changing their class alone. `--q` is the colour; `--up` and
 * `--down` are the share of the height that a bar above or below the base line takes.
 */
export function creditCss(): string {
	const light = creditTable("light");
	const dark = creditTable("dark");
	return light
		.map((colour, i) => {
			const size = (i - ZERO_STEP) / (2 * ZERO_STEP);
			const bars = `--up:${100 * Math.max(0, size)}%;--down:${100 * Math.max(0, -size)}%`;
			return `.q${i}{--q:light-dark(${colour},${dark[i]});${bars}}`;
		})
		.join("");
}
