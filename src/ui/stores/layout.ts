import { createStore } from "zustand/vanilla";

export type Theme = "system" | "light" | "dark";
export type LayoutName = "learn" | "inspect";

export interface Layout {
	readonly layout: LayoutName;
	readonly theme: Theme;
	/** Sizes in CSS pixels that the person has set by dragging. */
	readonly sizes: Readonly<Record<SizedSide, number>>;
	/** Panel that fills the window; null for none. */
	readonly maximised: string | null;
	/** Methods whose credit stands beside that of the one that trained. */
	readonly rows: readonly string[];
	/** Credit as coloured cells, or as bars above and below a base line. */
	readonly marks: "cells" | "bars";
	/** Curves of the timeline, by id. */
	readonly curves: readonly string[];
}

export const SIZE_LIMITS = {
	left: { min: 220, max: 480, usual: 288 },
	right: { min: 260, max: 560, usual: 340 },
	bottom: { min: 96, max: 420, usual: 190 },
	lower: { min: 90, max: 600, usual: 230 },
} as const;
export type SizedSide = keyof typeof SIZE_LIMITS;

function usualSizes(): Layout["sizes"] {
	const { left, right, bottom, lower } = SIZE_LIMITS;
	return { left: left.usual, right: right.usual, bottom: bottom.usual, lower: lower.usual };
}

const KEY = "ascribe.layout/1";
const USUAL: Layout = {
	layout: "inspect",
	theme: "system",
	sizes: usualSizes(),
	maximised: null,
	marks: "cells",
	rows: [],
	curves: ["success", "error", "meanReturn", "entropy", "deadGroups", "gradientNorm"],
};

export const layoutStore = createStore<Layout>(() => ({ ...USUAL, ...restored() }));
layoutStore.subscribe(({ maximised: _, ...kept }) => store(JSON.stringify(kept)));

export function setLayout(layout: LayoutName): void {
	layoutStore.setState({ layout, maximised: null });
}

export function setTheme(theme: Theme): void {
	layoutStore.setState({ theme });
}

export function toggleRow(method: string): void {
	layoutStore.setState(({ rows }) => ({
		rows: rows.includes(method) ? rows.filter((row) => row !== method) : [...rows, method],
	}));
}

export function toggleCurve(curve: string): void {
	layoutStore.setState(({ curves }) => ({
		curves: curves.includes(curve) ? curves.filter((id) => id !== curve) : [...curves, curve],
	}));
}

export function setMarks(marks: Layout["marks"]): void {
	layoutStore.setState({ marks });
}

export function resize(side: SizedSide, pixels: number): void {
	layoutStore.setState((l) => ({ sizes: { ...l.sizes, [side]: clampSize(side, pixels) } }));
}

export function toggleMaximised(panel: string): void {
	layoutStore.setState((l) => ({ maximised: l.maximised === panel ? null : panel }));
}

export function clampSize(side: SizedSide, pixels: number): number {
	const { min, max } = SIZE_LIMITS[side];
	return Math.round(Math.min(max, Math.max(min, pixels)));
}

/** What storage holds, as far as it is sound; storage may be blocked in a foreign frame. */
function restored(): Partial<Layout> {
	try {
		const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
		return isRecord(kept) ? soundLayout(kept) : {};
	} catch {
		return {};
	}
}

export function soundLayout(kept: Record<string, unknown>): Partial<Layout> {
	const sizes = isRecord(kept.sizes) ? kept.sizes : {};
	const size = (side: SizedSide) => {
		const value = sizes[side];
		return typeof value === "number" && Number.isFinite(value) ? clampSize(side, value) : SIZE_LIMITS[side].usual;
	};
	return {
		...(kept.layout === "learn" || kept.layout === "inspect" ? { layout: kept.layout } : {}),
		...(kept.theme === "light" || kept.theme === "dark" ? { theme: kept.theme } : {}),
		...(kept.marks === "bars" ? { marks: kept.marks } : {}),
		...(isNames(kept.rows) ? { rows: kept.rows } : {}),
		...(isNames(kept.curves) ? { curves: kept.curves } : {}),
		sizes: { left: size("left"), right: size("right"), bottom: size("bottom"), lower: size("lower") },
	};
}

const isNames = (x: unknown): x is string[] => Array.isArray(x) && x.every((name) => typeof name === "string");
const isRecord = (x: unknown): x is Record<string, unknown> => typeof x === "object" && x !== null;

function store(text: string): void {
	try {
		localStorage.setItem(KEY, text);
	} catch {
		// A blocked or full storage costs only the remembered sizes.
	}
}
