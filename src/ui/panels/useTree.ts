import { useEffect, useMemo, useState } from "react";
import { messageOf } from "../../engine/core/errors";
import type { RolloutTree } from "../../engine/rollouts/rolloutTree";
import type { TreeBatch } from "../../workers/labApi";
import type { Display } from "../credit/display";
import { askTree } from "../lab";
import { pictures } from "../pictures";
import { exactTotals } from "../tree/treeNumbers";
import type { TreeColour } from "../tree/treeView";
import type { Merge } from "./TreePanel";

export type ColourName = "value" | "exact" | "credit" | "exactCredit" | "error";

/** What the colour of a branch may stand for. */
export const COLOURS: readonly {
	readonly id: ColourName;
	readonly title: (method: string) => string;
	readonly needsExact: boolean;
}[] = [
	{ id: "value", title: () => "return gained", needsExact: false },
	{ id: "exact", title: () => "exact value gained", needsExact: true },
	{ id: "credit", title: (method) => `credit: ${method}`, needsExact: false },
	{ id: "exactCredit", title: () => "credit: exact", needsExact: true },
	{ id: "error", title: (method) => `error: ${method}`, needsExact: true },
];

export interface ShownTree {
	readonly tree: RolloutTree;
	readonly merge: Merge;
	readonly colour: TreeColour;
	/** What the tree was made from: its texts come from there. */
	readonly display: Display;
}

/** The tree of what is on screen, or a sentence. The last one stays until the next is there. */
export function useTree(display: Display, merge: Merge, colour: ColourName): ShownTree | string {
	const [shown, setShown] = useState<ShownTree | string>("The tree is being laid out.");
	const credit = creditOf(display, colour);
	const members = useMemo(
		() => (merge === "batch" ? [...display.batch.lengths.keys()] : display.members),
		[merge, display.batch, display.members],
	);
	useEffect(() => {
		let wanted = true;
		const tell = (news: ShownTree | string) => {
			pictures.hurry(useTree, () => wanted && setShown(news));
		};
		const { latest } = display;
		const batch = columnsOf(display.batch);
		const numbers = { exact: exactTotals(display), credit };
		const question = {
			merge: merge === "state" ? "state" : "prefix",
			spec: latest.spec,
			batch,
			members,
			numbers,
		} as const;
		const painted: TreeColour = colour === "value" || colour === "exact" ? colour : "credit";
		askTree(question)?.then(
			(tree) => tell({ tree, merge, colour: painted, display }),
			(error: unknown) => tell(messageOf(error)),
		);
		return () => {
			wanted = false;
		};
	}, [display, merge, colour, credit, members]);
	return shown;
}

function columnsOf(batch: Display["batch"]): TreeBatch {
	const { B, T, tokens, lengths, returns, rewards, promptTokens, promptOffsets, turns, steps } = batch;
	const spans = { ...(turns ? { turns } : {}), ...(steps ? { steps } : {}) };
	return { B, T, tokens, lengths, returns, rewards, promptTokens, promptOffsets, ...spans };
}

function creditOf({ selected, exact, error }: Display, colour: ColourName): Float64Array | null {
	const row = { credit: selected, exactCredit: exact, error, value: null, exact: null }[colour];
	return row?.values ?? null;
}
