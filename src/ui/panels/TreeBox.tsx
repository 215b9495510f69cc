import { type JSX, type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import { Chart, type Size } from "../charts/Chart";
import { creditScale } from "../charts/creditScale";
import { onHover } from "../hover";
import { pinToken, selectionStore } from "../stores/selection";
import { drawTree, markPath } from "../tree/treeChart";
import { nodeOfToken, visibleNodes } from "../tree/treeView";
import { BranchCard } from "./BranchCard";
import { TurnBranchCard, useTurnBranch } from "./TurnBranchCard";
import { listenToTree, type TreeHands } from "./treeListeners";
import { treeTexts } from "./treeTexts";
import type { ShownTree } from "./useTree";

interface Props {
	readonly shown: ShownTree;
	readonly query: string;
	readonly help: string;
}

/** The tree, with the node under study beside it. */
export function TreeBox({ shown, query, help }: Props): JSX.Element {
	const { tree, colour, display } = shown;
	const [root, zoom] = useState(0);
	const [current, setCurrent] = useCurrent(shown);
	const branch = useTurnBranch();
	const box = useRef<HTMLDivElement>(null);
	const texts = useMemo(() => treeTexts(tree, display), [tree, display]);
	const found = useMemo(() => texts.search(query), [texts, query]);
	const top = root < tree.size ? root : 0;
	const study = (node: number) => {
		setCurrent(node);
		const start = Math.max(0, tree.start[node] as number);
		if (!tree.names && (tree.end[node] as number) > start) pinToken(tree.rollout[node] as number, start);
	};
	useHands(box, { shown, root: top, current, found, zoom, study });
	const draw = (element: HTMLElement, size: Size) => {
		if (size.width === 0) return;
		const placed = visibleNodes(tree, { root: top, ...size, colour });
		const label = `Tree of ${tree.count[0]} ${tree.names ? "steps by state" : "rollouts by shared beginnings"}`;
		const scale = creditScale(placed.map((p) => p.colour));
		const { textOf, byChance } = texts;
		drawTree(element, { tree, placed, scale, textOf, byChance }, { ...size, label, current, found });
	};
	const note = query ? `${found.size} of ${tree.size} branches contain "${query}".` : help;
	return (
		<>
			<p className="tree-note muted" hidden={branch !== null && top === 0 && query === ""}>
				{top > 0 ? (
					<button type="button" className="quiet" onClick={() => zoom(0)}>
						‹ whole tree
					</button>
				) : null}{" "}
				{top > 0 ? texts.pathOf(top) : note}
			</p>
			<div className="tree-body">
				<div ref={box} className="tree-plot">
					<Chart className="chart" draw={draw} />
				</div>
				{branch ? (
					<TurnBranchCard branch={branch} display={display} />
				) : current >= 0 ? (
					<BranchCard shown={shown} node={current} text={texts.pathOf(current)} />
				) : null}
			</div>
		</>
	);
}

/** The node under study: the one that was chosen, or that of the token that was pinned elsewhere; −1 for none. */
function useCurrent({ tree }: ShownTree): [number, (node: number) => void] {
	const pinned = useStore(selectionStore, (s) => s.pinned);
	const [current, setCurrent] = useState(-1);
	useEffect(() => {
		if (pinned && !tree.names) setCurrent(nodeOfToken(tree, pinned.rollout, pinned.token));
	}, [pinned, tree]);
	return [current < tree.size ? current : -1, setCurrent];
}

/** Pointer, keyboard and the hovered token of other panels, without drawing again. */
function useHands(box: RefObject<HTMLDivElement | null>, hands: TreeHands): void {
	const latest = useRef(hands);
	latest.current = hands;
	useEffect(() => {
		const element = box.current as HTMLDivElement;
		const stop = listenToTree(element, () => latest.current);
		const stopHover = onHover((token) => {
			const { tree } = latest.current.shown;
			markPath(element, tree, token && !tree.names ? nodeOfToken(tree, token.rollout, token.token) : -1);
		});
		return () => {
			stop();
			stopHover();
		};
	}, [box]);
}
