import { createStore } from "zustand/vanilla";
import type { Alignment } from "../../engine/fidelity/alignment";
import type { Colouring } from "../charts/creditScale";
import { GRANULARITIES, type Granularity } from "../credit/granularity";

/** How credit is read, in every panel alike. */
export interface View extends Colouring {
	readonly granularity: Granularity;
	/** Method whose error is shown; null: the one that trained. */
	readonly method: string | null;
	readonly alignment: Alignment;
	/** Signed error under the selected method. */
	readonly errors: boolean;
	/** The exact advantage above the methods, where it is known. */
	readonly exact: boolean;
	/** All methods × tokens below the text. */
	readonly map: boolean;
	/** Attention head that is enlarged, counted from 0 over all layers; the last one where there are fewer. */
	readonly head: number;
}

export const ALIGNMENTS: readonly { readonly id: Alignment; readonly title: string; readonly help: string }[] = [
	{ id: "factor", title: "best single factor", help: "Credit times the one factor that brings it nearest to exact." },
	{ id: "raw", title: "raw", help: "Credit minus exact, each in its own unit." },
	{ id: "rank", title: "ranks", help: "Place among all tokens, from −1 to 1, minus exact's place." },
];

export const SCALES: readonly { readonly id: View["scale"]; readonly title: string; readonly help: string }[] = [
	{ id: "asinh", title: "spread", help: "small credit keeps a colour beside large" },
	{ id: "linear", title: "linear", help: "twice the credit, twice the colour" },
];

export const viewStore = createStore<View>(() => ({
	granularity: "token",
	method: null,
	alignment: "factor",
	errors: true,
	exact: true,
	map: true,
	scale: "asinh",
	lock: null,
	head: 0,
}));

export const setView = (change: Partial<View>): void => viewStore.setState(change);

/** The next coarser reading among those that there are, and from the coarsest back to tokens. */
export function nextGranularity(there: readonly Granularity[] = GRANULARITIES): void {
	const at = there.indexOf(viewStore.getState().granularity);
	setView({ granularity: there[(at + 1) % there.length] ?? "token" });
}

export function nextAlignment(): void {
	const at = ALIGNMENTS.findIndex((a) => a.id === viewStore.getState().alignment);
	setView({ alignment: ALIGNMENTS[(at + 1) % ALIGNMENTS.length]?.id ?? "factor" });
}
