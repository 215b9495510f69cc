import { expect, it } from "vitest";
import { rolloutTree } from "../../engine/rollouts/rolloutTree";
import { PRESETS } from "../../engine/spec/presets";
import { makeBatch } from "../../testing/fakeTrainer";
import { comparisonOf } from "../comparison";
import { rowsOf } from "../rollouts/rolloutRows";
import { rolloutsCsv } from "../rollouts/rolloutsCsv";
import { treeCsv } from "../tree/treeCsv";
import { creditCsv, methodRolloutsCsv, methodTokensCsv, termsCsv } from "./creditCsv";
import { displayOf } from "./display";
import { methodRowsOf } from "./methodRows";

const { batch, credit } = makeBatch({ groups: 2, size: 2, T: 4 });
const latest = { step: 9, batch, credit, spec: PRESETS[0]!.spec, names: ["a", "b", "c", "d", "e", "f", "g", "h"] };
const comparison = comparisonOf(latest, 1);
const rows = methodRowsOf(comparison, []);
const read = (csv: string) =>
	csv
		.trim()
		.split("\r\n")
		.map((line) => line.split(","));

it("writes the strip's rows, one line a token of the group on screen", () => {
	const view = {
		granularity: "token",
		method: "",
		alignment: "raw",
		errors: true,
		exact: true,
		scale: "asinh",
		lock: null,
		head: 0,
	} as const;
	const [head, ...lines] = read(creditCsv(displayOf(comparison, view)));
	expect(head?.slice(-1)).toEqual(["grpo"]);
	expect(lines).toHaveLength((batch.lengths[2] as number) + (batch.lengths[3] as number));
	const first = batch.actionMask[2 * batch.T] ? String(credit.advantage[2 * batch.T]) : "";
	expect(lines[0]?.slice(0, 4)).toEqual(["9", "1", "2", "0"]);
	expect(lines[0]?.at(-1)).toBe(first);
});

it("writes methods × tokens, methods × rollouts and terms", () => {
	const tokens = read(methodTokensCsv(comparison, 3, rows));
	expect(tokens).toHaveLength(1 + (batch.lengths[3] as number));
	expect(tokens[2]?.at(-1)).toBe(batch.actionMask[3 * 4 + 1] ? String(credit.advantage[3 * 4 + 1]) : "");
	const sums = [Float64Array.of(0.5, -0.5)];
	expect(read(methodRolloutsCsv(comparison, rows, sums)).slice(1)).toEqual([
		["grpo", "", "2", String(batch.returns[2]), "0.5"],
		["grpo", "", "3", String(batch.returns[3]), "-0.5"],
	]);
	expect(read(termsCsv(comparison, 3, rows[0]!))[0]).toEqual([
		"method",
		"rollout",
		"token",
		"text",
		"outcome",
		"credit",
	]);
});

it("writes the nodes of the tree with their values, and the rows of the table in its order", () => {
	const tree = rolloutTree(batch, [2, 3], { exact: null, credit: null });
	const [head, root] = read(treeCsv(tree, (node) => `node ${node}`));
	const mean = ((batch.returns[2] as number) + (batch.returns[3] as number)) / 2;
	expect(root?.[head!.indexOf("mean_return")]).toBe(String(mean));
	expect(root?.[head!.indexOf("parent")]).toBe("");
	const listed = rowsOf(latest, latest.names).reverse().slice(0, 1);
	expect(read(rolloutsCsv(listed, ["group", "rollout", "success", "value"]))).toEqual([
		["group", "rollout", "success", "return"],
		["1", "3", String(batch.success?.[3]), String(batch.returns[3])],
	]);
});
