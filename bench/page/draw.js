// The page's own drawing functions at the sizes that the bars name; the runner calls the functions on `draw`.
import { rolloutTree } from "../../src/engine/rollouts/rolloutTree";
import { creditScale } from "../../src/ui/charts/creditScale";
import { drawHeatmap } from "../../src/ui/charts/heatmap";
import { drawTree } from "../../src/ui/tree/treeChart";
import { visibleNodes } from "../../src/ui/tree/treeView";

/** Numbers in [0, 1) that look random: the same in every run. */
const noise = (i) => (Math.sin(i * 12.9898) * 43758.5453) % 1;

/** Methods × tokens, as often as asked, with other numbers each time. @returns milliseconds of each, to the end of the pixels. */
function heatmap(methods, tokens, times) {
	const element = document.getElementById("heatmap");
	const mask = new Uint8Array(tokens).fill(1);
	return Array.from({ length: times }, (_, k) => {
		const rows = Array.from({ length: methods }, (_, m) => {
			const values = Float64Array.from({ length: tokens }, (_, t) => noise((k * methods + m) * tokens + t));
			return { label: `method ${m}`, values, scale: creditScale(values) };
		});
		const from = performance.now();
		drawHeatmap(
			element,
			{ rows, columns: tokens, mask },
			{ theme: "light", width: 1024, rowHeight: 6, columnName: "tokens" },
		);
		return performance.now() - from;
	});
}

/** Rollouts whose prefix tree has about `nodes` nodes: random letters, a random length. */
function rollouts(nodes) {
	const [B, T] = [Math.round(nodes * 0.62), 24];
	return {
		B,
		T,
		tokens: Int32Array.from({ length: B * T }, (_, i) => Math.floor(Math.abs(noise(i)) * 4)),
		lengths: new Int32Array(B).fill(T),
		rewards: new Float64Array(B * T),
		returns: Float64Array.from({ length: B }, (_, b) => b % 2),
		promptTokens: new Int32Array(B),
		promptOffsets: Int32Array.from({ length: B + 1 }, (_, b) => b),
	};
}

/** From rollouts to a laid out tree on screen. @returns its number of nodes, and milliseconds of growing, placing, drawing and layout. */
function tree(nodes) {
	const element = document.getElementById("tree");
	element.replaceChildren();
	const batch = rollouts(nodes);
	const from = performance.now();
	const grown = rolloutTree(batch, [...Array(batch.B).keys()], { exact: null, credit: null });
	const at = performance.now();
	const size = { width: 800, height: 400 };
	const placed = visibleNodes(grown, { root: 0, ...size, colour: "value" });
	const scale = creditScale(placed.map((p) => p.colour));
	const textOf = (node) => [...batch.tokens.subarray(grown.start[node], grown.end[node])].join(" ");
	const data = { tree: grown, placed, scale, textOf, byChance: () => false };
	drawTree(element, data, { ...size, label: "tree", current: -1, found: new Set() });
	element.getBoundingClientRect();
	return { size: grown.size, marks: placed.length, grow: at - from, draw: performance.now() - at };
}

globalThis.draw = { heatmap, tree };
