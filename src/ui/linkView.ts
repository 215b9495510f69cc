import type { ChangeValue } from "../engine/spec/changes";
import type { ViewState } from "../engine/spec/link";
import { GRANULARITIES } from "./credit/granularity";
import { LAYOUTS } from "./layouts";
import { METHODS } from "./registries";
import { bringToFront, frontOf, frontStore } from "./stores/front";
import { LAYOUT_NAMES, type Layout, layoutStore } from "./stores/layout";
import { ALIGNMENTS, setView, viewStore } from "./stores/view";

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
		read: (value) => names(value, Object.values(placesOf()).flat(), (panels) => panels.forEach(bringToFront)),
	},
	maximised: {
		write: () => layoutStore.getState().maximised ?? undefined,
		read: (value) =>
			choose(value ?? null, [null, ...Object.values(placesOf()).flat()], (m) => setLayout({ maximised: m })),
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
const placesOf = () => LAYOUTS[layoutStore.getState().layout].places;

/** Panels in front that are not the first of their place. */
function panelsInFront(): string[] {
	const { panels } = frontStore.getState();
	return Object.values(placesOf()).flatMap((ids) => {
		const front = frontOf(panels, ids);
		return front !== undefined && front !== ids[0] ? [front] : [];
	});
}

const unless = <T>(value: T, usual: T): T | undefined => (value === usual ? undefined : value);
const someOf = (list: readonly string[]) => (list.length > 0 ? list : undefined);

/** Takes one of the known values; an unknown one changes nothing. */
function choose<T extends ChangeValue>(value: ChangeValue, known: readonly T[], take: (value: T) => void): string {
	const found = known.find((one) => one === value);
	if (found === undefined) return `cannot be ${quoted(value)}`;
	take(found);
	return "";
}

/** Takes the known names of a list, each once, and names one that is not known. */
function names(value: ChangeValue | undefined, known: readonly string[], take: (names: string[]) => void): string {
	const list = value ?? [];
	if (!Array.isArray(list)) return "must be a list of names";
	take([...new Set<string>(list)].filter((name) => known.includes(name)));
	const unknown = list.find((name) => !known.includes(name));
	return unknown === undefined ? "" : `cannot have ${quoted(unknown)}`;
}

const quoted = (value: ChangeValue): string => JSON.stringify(value).slice(0, 60);
