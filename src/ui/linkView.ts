import type { ChangeValue } from "../engine/spec/changes";
import type { ViewState } from "../engine/spec/link";
import { GRANULARITIES } from "./credit/granularity";
import { WIDTHS_MM } from "./figures/widths";
import { FIGURE_PANELS } from "./layouts";
import { CURVES } from "./panels/curves";
import { METHODS } from "./registries";
import { draftStore } from "./stores/draft";
import { bringToFront, frontOf, frontStore, placesOf } from "./stores/front";
import { LAYOUT_NAMES, type Layout, layoutStore, setFigure, USUAL_CURVES, USUAL_FIGURE } from "./stores/layout";
import { ALIGNMENTS, SCALES, setView, viewStore } from "./stores/view";

/** One part of the view in links. */
interface Part {
	/** What stands in the link; undefined for what is usual. */
	readonly write: () => ChangeValue | undefined;
	/** Takes a value over, undefined meaning what is usual. @returns what cannot be used of it, as a sentence's end; empty if all can. */
	readonly read: (value: ChangeValue | undefined) => string;
}

/** Rows that one link may ask for. */
const MOST_ROWS = 12;

/** Every part of the view but the selection, in the order in which they are taken over. */
const PARTS: Readonly<Record<string, Part>> = {
	layout: {
		write: () => layoutStore.getState().layout,
		read: (value) => choose(value ?? layoutStore.getState().layout, LAYOUT_NAMES, (layout) => setLayout({ layout })),
	},
	panels: {
		write: () => someOf(panelsInFront()),
		read: (value) => names(value, placesOf().flat(), (panels) => panels.forEach(bringToFront)),
	},
	maximised: {
		write: () => layoutStore.getState().maximised ?? undefined,
		read: (value) => choose(value ?? null, [null, ...placesOf().flat()], (m) => setLayout({ maximised: m })),
	},
	figure: {
		write: () => inFigure(({ panel }) => panel),
		read: (value) => choose(value ?? USUAL_FIGURE.panel, FIGURE_PANELS, (panel) => setFigure({ panel })),
	},
	width: {
		write: () => inFigure(({ widthMm }) => unless(widthMm, USUAL_FIGURE.widthMm)),
		read: (value) => nearest(value ?? USUAL_FIGURE.widthMm, WIDTHS_MM, (widthMm) => setFigure({ widthMm })),
	},
	curves: {
		write: () => (isUsual(chosenCurves()) ? undefined : chosenCurves()),
		read: (value) => names(value ?? USUAL_CURVES, curveNames(), (curves) => setLayout({ curves })),
	},
	rows: {
		write: () => someOf(layoutStore.getState().rows),
		read: (value) =>
			// The exact row needs no asking for.
			names(value, [...METHODS.map(({ id }) => id), "exact"], (rows) =>
				setLayout({ rows: rows.filter((row) => row !== "exact").slice(0, MOST_ROWS) }),
			),
	},
	marks: {
		write: () => unless(layoutStore.getState().marks, "cells"),
		read: (value) => choose(value ?? "cells", ["cells", "bars"] as const, (marks) => setLayout({ marks })),
	},
	granularity: {
		write: () => unless(viewStore.getState().granularity, "token"),
		read: (value) => choose(value ?? "token", GRANULARITIES, (granularity) => setView({ granularity })),
	},
	method: {
		write: () => viewStore.getState().method ?? undefined,
		read: (value) => choose(value ?? null, [null, ...METHODS.map(({ id }) => id)], (method) => setView({ method })),
	},
	alignment: {
		write: () => unless(viewStore.getState().alignment, "factor"),
		read: (value) =>
			choose(
				value ?? "factor",
				ALIGNMENTS.map(({ id }) => id),
				(alignment) => setView({ alignment }),
			),
	},
	errors: {
		write: () => unless(viewStore.getState().errors, true),
		read: (value) => choose(value ?? true, [true, false], (errors) => setView({ errors })),
	},
	exact: {
		write: () => unless(viewStore.getState().exact, true),
		read: (value) => choose(value ?? true, [true, false], (exact) => setView({ exact })),
	},
	map: {
		write: () => unless(viewStore.getState().map, true),
		read: (value) => choose(value ?? true, [true, false], (map) => setView({ map })),
	},
	scale: {
		write: () => unless(viewStore.getState().scale, "asinh"),
		read: (value) =>
			choose(
				value ?? "asinh",
				SCALES.map(({ id }) => id),
				(scale) => setView({ scale }),
			),
	},
	lock: {
		write: () => viewStore.getState().lock ?? undefined,
		read: (value) => size(value ?? null, (lock) => setView({ lock })),
	},
	head: {
		write: () => unless(Math.min(viewStore.getState().head, lastHead()), 0),
		read: (value) => place(value ?? 0, lastHead(), (head) => setView({ head })),
	},
};

/** The view on screen without its selection, as links carry it. */
export function writeView(): ViewState {
	const written = Object.entries(PARTS).map(([name, { write }]) => [name, write()] as const);
	return Object.fromEntries(written.filter((entry): entry is [string, ChangeValue] => entry[1] !== undefined));
}

/**
 * Takes the view of a link over: what it does not name is as usual. A link without a view leaves the page as it is.
 * @returns one sentence for each part that could not be used.
 */
export function readView(view: ViewState): string[] {
	if (Object.keys(view).length === 0) return [];
	return Object.entries(PARTS).flatMap(([name, { read }]) => {
		const problem = read(view[name]);
		return problem === "" ? [] : [`The ${name} of the view ${problem}.`];
	});
}

/** Whether a part of a view is one of these, and not of the selection. */
export const isViewPart = (name: string): boolean => Object.hasOwn(PARTS, name);

const setLayout = (change: Partial<Layout>) => layoutStore.setState(change);

/** Panels in front that are not the first of their place. */
function panelsInFront(): string[] {
	const { panels } = frontStore.getState();
	return placesOf().flatMap((ids) => {
		const front = frontOf(panels, ids);
		return front !== undefined && front !== ids[0] ? [front] : [];
	});
}

/** A part of the figure's settings; undefined unless the layout "figure" is on screen. */
function inFigure<T>(part: (figure: Layout["figure"]) => T): T | undefined {
	const { layout, figure } = layoutStore.getState();
	return layout === "figure" ? part(figure) : undefined;
}

/** Attention heads of the policy that the settings describe, counted from 0 over all layers. */
function lastHead(): number {
	const { layers, heads } = draftStore.getState().spec.model;
	return layers * heads - 1;
}

const curveNames = (): string[] => CURVES.map(({ id }) => id);

/** In the order of the panel, whatever the order in which they were chosen. */
const chosenCurves = () => curveNames().filter((id) => layoutStore.getState().curves.includes(id));
const isUsual = (curves: readonly string[]) =>
	curves.length === USUAL_CURVES.length && curves.every((id) => USUAL_CURVES.includes(id));

const unless = <T>(value: T, usual: T): T | undefined => (value === usual ? undefined : value);
const someOf = (list: readonly string[]) => (list.length > 0 ? list : undefined);

/** Takes one of the known values; an unknown one changes nothing. */
function choose<T extends ChangeValue>(value: ChangeValue, known: readonly T[], take: (value: T) => void): string {
	const found = known.find((one) => one === value);
	if (found === undefined) return `cannot be ${quoted(value)}`;
	take(found);
	return "";
}

/** Takes the known number that is nearest. */
function nearest(value: ChangeValue, known: readonly number[], take: (value: number) => void): string {
	if (typeof value !== "number") return `cannot be ${quoted(value)}`;
	const found = known.reduce((a, b) => (Math.abs(b - value) < Math.abs(a - value) ? b : a));
	take(found);
	return found === value ? "" : `was changed: ${value} → ${found}`;
}

/** Takes the whole number from 0 to `last` that is nearest. */
function place(value: ChangeValue, last: number, take: (value: number) => void): string {
	if (typeof value !== "number") return `must be a whole number, not ${quoted(value)}`;
	const found = Math.max(0, Math.min(last, Math.round(value)));
	take(found);
	return found === value ? "" : `was changed: ${value} → ${found}`;
}

/** Takes a number above zero, or none. */
function size(value: ChangeValue, take: (value: number | null) => void): string {
	if (value !== null && !(typeof value === "number" && value > 0 && Number.isFinite(value)))
		return `must be a number above 0, not ${quoted(value)}`;
	take(value);
	return "";
}

/** Takes the known names of a list, each once, and names one that is not known. */
function names(value: ChangeValue | undefined, known: readonly string[], take: (names: string[]) => void): string {
	const list = value ?? [];
	if (!isList(list)) return "must be a list of names";
	take([...new Set<string>(list)].filter((name) => known.includes(name)));
	const unknown = list.find((name) => !known.includes(name));
	return unknown === undefined ? "" : `cannot have ${quoted(unknown)}`;
}

const isList = (value: ChangeValue): value is readonly string[] => Array.isArray(value);
const quoted = (value: ChangeValue): string => JSON.stringify(value).slice(0, 60);
