import { setHovered } from "../hover";
import { walk } from "../tree/treeView";
import type { ShownTree } from "./useTree";

/** What pointer and keyboard act on. */
export interface TreeHands {
	readonly shown: ShownTree;
	readonly root: number;
	readonly current: number;
	readonly found: ReadonlySet<number>;
	readonly zoom: (node: number) => void;
	readonly study: (node: number) => void;
}

/**
 * Pointer and keyboard of the tree: a click or arrow keys study a node, a double click or Z fills the view with it (a crowd opens its
 * parent), Backspace shows the whole tree, N goes to the next node found. @returns the way to stop.
 */
export function listenToTree(box: HTMLElement, hands: () => TreeHands): () => void {
	const stop = new AbortController();
	const on = <K extends keyof HTMLElementEventMap>(type: K, listener: (event: HTMLElementEventMap[K]) => void) =>
		box.addEventListener(type, listener, { signal: stop.signal });
	on("click", (e) => {
		const at = nodeAt(e.target);
		if (at?.crowd === false) hands().study(at.node);
		else if (at) open(hands(), at.node);
	});
	on("dblclick", (e) => {
		const at = nodeAt(e.target);
		if (at) open(hands(), at.node, !at.crowd);
	});
	on("pointermove", (e) => hover(e.target, hands()));
	on("pointerleave", () => setHovered(null));
	on("keydown", (e) => {
		if (!e.ctrlKey && !e.metaKey && !e.altKey && press(e.key, hands())) e.preventDefault();
	});
	return () => {
		stop.abort();
		setHovered(null);
	};
}

function nodeAt(target: EventTarget | null): { node: number; crowd: boolean } | null {
	const g = target instanceof Element ? target.closest<SVGGElement>("g.node") : null;
	return g ? { node: Number(g.dataset.node), crowd: g.dataset.crowd !== undefined } : null;
}

/** Fills the view with a node, or with the parent of a crowd, where there is more room for it. */
function open({ shown: { tree }, root, zoom }: TreeHands, node: number, itself = false): void {
	const parent = tree.parent[node] as number;
	zoom(itself || parent < 0 || parent === root ? node : parent);
}

/** The token that stands for a node is hovered in every panel. */
function hover(target: EventTarget | null, { shown: { tree } }: TreeHands): void {
	const at = nodeAt(target);
	const element = target instanceof Element ? target : null;
	const stands = at && element && !at.crowd && !tree.names?.[at.node];
	const token = Math.max(0, tree.start[at?.node ?? 0] as number);
	setHovered(stands ? { rollout: tree.rollout[at.node] as number, token, element } : null);
}

function press(key: string, hands: TreeHands): boolean {
	const { shown, root, current, found, zoom, study } = hands;
	const from = current >= 0 ? current : root;
	if (key === "z" && current >= 0) zoom(current);
	else if (key === "Backspace") zoom(0);
	else if (key === "n" && found.size > 0) {
		const next = [...found].find((node) => node > from) ?? [...found][0];
		study(next as number);
	} else {
		const to = current < 0 && key.startsWith("Arrow") ? root : walk(shown.tree, from, key);
		if (to === null) return false;
		study(to);
	}
	return true;
}
