import { withSignal } from "../additions";
import { defineProvider } from "../provider";

/** Planning tokens as the task names them: policy tokens whose kind in the vocabulary is "plan". */
export const declaredPlanning = defineProvider({
	id: "declaredPlanning",
	title: "Planning tokens of the task",
	summary: "Marks the tokens that the task's vocabulary calls plans.",
	source: null,
	cost: "arithmetic",
	provides: [{ signal: "planning", level: "token", meaning: "1 for planning tokens" }],
	reads: ["task"],
	params: {},
	needs: () => [],
	tabulate: (_, __, { task }) => ({
		gives: "signal",
		signal: "planning",
		byToken: Float64Array.from(task.vocab.tokens, (_, token) => (task.vocab.kinds?.[token] === "plan" ? 1 : 0)),
	}),
	annotate(batch, { sources }) {
		const { kinds } = sources.task!.task.vocab;
		const data = Float64Array.from(batch.tokens, (token, i) =>
			batch.actionMask[i] && kinds?.[token] === "plan" ? 1 : 0,
		);
		return { batch: withSignal(batch, "planning", { level: "token", data, provider: "declaredPlanning", unit: "" }) };
	},
});
