import { withSignal } from "../additions";
import { defineProvider } from "../provider";

/** Number of tokens that each prompt allows for, as the task says; NaN for a prompt that the task does not know. */
export const declaredBudget = defineProvider({
	id: "declaredBudget",
	title: "Budget of the prompt",
	summary: "Reads off how many tokens the prompt announces for the response.",
	source: null,
	cost: "arithmetic",
	provides: [{ signal: "budget", level: "rollout", meaning: "announced number of tokens" }],
	reads: ["budgets"],
	params: {},
	needs: () => [],
	annotate(batch, { sources }) {
		const { task, itemOf } = sources.task!;
		const data = Float64Array.from(batch.lengths, (_, b) => {
			const item = itemOf(batch, b);
			return item ? task.budget!(item) : Number.NaN;
		});
		return {
			batch: withSignal(batch, "budget", { level: "rollout", data, provider: "declaredBudget", unit: "tokens" }),
		};
	},
});
