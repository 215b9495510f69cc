import { createStore } from "zustand/vanilla";
import { remember, remembered } from "../remembered";

export type Theme = "system" | "light" | "dark";
export const LAYOUT_NAMES = ["learn", "inspect", "compare", "debug", "figure"] as const;
export type LayoutName = (typeof LAYOUT_NAMES)[number];

export interface Layout {
	readonly layout: LayoutName;
	readonly theme: Theme;
	/** Sizes in CSS pixels that the person has set by dragging, for each layout. */
	readonly sizes: Readonly<Partial<Record<LayoutName, Readonly<Partial<Record<SizedSide, number>>>>>>;
	/** Panel that fills the window; null for none. */
	readonly maximised: string | null;
	/** Methods whose credit stands beside that of the one that trained. */
	readonly rows: readonly string[];
	/** Credit as coloured cells, or as bars above and below a base line. */
	readonly marks: "cells" | "bars";
	/** Curves of the timeline, by id. */
	readonly curves: readonly string[];
	/** Single letters act as keys. */
	readonly singleKeys: boolean;
	/** What the layout "figure" shows: a panel at a width in millimetres, and dots an inch of its PNG. */
	readonly figure: { readonly panel: string; readonly widthMm: number; readonly dpi: number };
}

export const SIZE_LIMITS = {
	left: { min: 220, max: 720, usual: 304 },
	right: { min: 260, max: 560, usual: 340 },
	bottom: { min: 96, max: 420, usual: 190 },
	lower: { min: 90, max: 600, usual: 230 },
} as const;
export type SizedSide = keyof typeof SIZE_LIMITS;

/** Usual sizes of layouts that need others. */
const USUAL_SIZES: Layout["sizes"] = {
	learn: { bottom: 176, lower: 220 },
	compare: { left: 320, lower: 300, bottom: 210 },
	debug: { left: 520, lower: 260, bottom: 184 },
};

/** The size of a side in the layout on screen. */
export function sizeOf({ layout, sizes }: Pick<Layout, "layout" | "sizes">, side: SizedSide): number {
	return sizes[layout]?.[side] ?? USUAL_SIZES[layout]?.[side] ?? SIZE_LIMITS[side].usual;
}

const KEY = "ascribe.layout/2";
export const USUAL_FIGURE: Layout["figure"] = { panel: "credit", widthMm: 174, dpi: 300 };
export const USUAL_CURVES: Layout["curves"] = [
	"success",
	"error",
	"meanReturn",
	"entropy",
	"semanticEntropy",
	"deadGroups",
	"gradientNorm",
];
const USUAL: Layout = {
	layout: "inspect",
	theme: "system",
	sizes: {},
	maximised: null,
	marks: "cells",
	rows: [],
	singleKeys: true,
	figure: USUAL_FIGURE,
	curves: USUAL_CURVES,
};

export const layoutStore = createStore<Layout>(() => ({ ...USUAL, ...restored() }));
layoutStore.subscribe(({ maximised: _, ...kept }) => remember(KEY, JSON.stringify(kept)));

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

/** Moves a row to the place of another, which makes room. */
export function moveRowTo(method: string, other: string): void {
	layoutStore.setState(({ rows }) => {
		const to = rows.indexOf(other);
		if (!rows.includes(method) || to < 0 || method === other) return {};
		return { rows: rows.filter((row) => row !== method).toSpliced(to, 0, method) };
	});
}

/** Moves a row up (−1) or down (1) by one place. */
export function moveRow(method: string, by: 1 | -1): void {
	const { rows } = layoutStore.getState();
	const other = rows[rows.indexOf(method) + by];
	if (other) moveRowTo(method, other);
}

export function toggleCurve(curve: string): void {
	layoutStore.setState(({ curves }) => ({
		curves: curves.includes(curve) ? curves.filter((id) => id !== curve) : [...curves, curve],
	}));
}

export function setFigure(change: Partial<Layout["figure"]>): void {
	layoutStore.setState(({ figure }) => ({ figure: { ...figure, ...change } }));
}

export function setSingleKeys(singleKeys: boolean): void {
	layoutStore.setState({ singleKeys });
}

export function setMarks(marks: Layout["marks"]): void {
	layoutStore.setState({ marks });
}

export function resize(side: SizedSide, pixels: number): void {
	layoutStore.setState(({ layout, sizes }) => ({
		sizes: { ...sizes, [layout]: { ...sizes[layout], [side]: clampSize(side, pixels) } },
	}));
}

/** Back to the usual size. */
export function resetSize(side: SizedSide): void {
	layoutStore.setState(({ layout, sizes }) => {
		const { [side]: _, ...others } = sizes[layout] ?? {};
		return { sizes: { ...sizes, [layout]: others } };
	});
}

export function toggleMaximised(panel: string): void {
	layoutStore.setState((l) => ({ maximised: l.maximised === panel ? null : panel }));
}

export function clampSize(side: SizedSide, pixels: number): number {
	const { min, max } = SIZE_LIMITS[side];
	return Math.round(Math.min(max, Math.max(min, pixels)));
}

/** What storage holds, as far as it is sound. */
function restored(): Partial<Layout> {
	try {
		const kept: unknown = JSON.parse(remembered(KEY) ?? "{}");
		return isRecord(kept) ? soundLayout(kept) : {};
	} catch {
		return {};
	}
}

export function soundLayout(kept: Record<string, unknown>): Partial<Layout> {
	return {
		...(isLayoutName(kept.layout) ? { layout: kept.layout } : {}),
		...(kept.theme === "light" || kept.theme === "dark" ? { theme: kept.theme } : {}),
		...(kept.singleKeys === false ? { singleKeys: false } : {}),
		...(kept.marks === "bars" ? { marks: kept.marks } : {}),
		...(isNames(kept.rows) ? { rows: kept.rows } : {}),
		...(isNames(kept.curves) ? { curves: kept.curves } : {}),
		sizes: soundSizes(isRecord(kept.sizes) ? kept.sizes : {}),
	};
}

function soundSizes(kept: Record<string, unknown>): Layout["sizes"] {
	const sides = Object.keys(SIZE_LIMITS) as SizedSide[];
	const layouts = LAYOUT_NAMES.map((name) => {
		const given = kept[name];
		const sizes = isRecord(given) ? given : {};
		const sound = sides.flatMap((side) => {
			const value = sizes[side];
			return typeof value === "number" && Number.isFinite(value) ? [[side, clampSize(side, value)] as const] : [];
		});
		return [name, Object.fromEntries(sound)] as const;
	});
	return Object.fromEntries(layouts.filter(([, sizes]) => Object.keys(sizes).length > 0));
}

// Declarations, not constants: the store above reads what storage holds while this file is being evaluated.
export function isLayoutName(x: unknown): x is LayoutName {
	return (LAYOUT_NAMES as readonly unknown[]).includes(x);
}

function isNames(x: unknown): x is string[] {
	return Array.isArray(x) && x.every((name) => typeof name === "string");
}

function isRecord(x: unknown): x is Record<string, unknown> {
	return typeof x === "object" && x !== null;
}
