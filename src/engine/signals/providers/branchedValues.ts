import type { Need } from "../../credit/method";
import { type Partition, TOKENS } from "../../credit/partition";
import { integerParam, numberParam } from "../../credit/sharedParams";
import { spansOf } from "../../credit/spans";
import type { RolloutBatch } from "../../rollouts/batch";
import { defineProvider } from "../provider";
import type { BranchPoint } from "../sources";

/**
 * Monte-Carlo values: the mean return of K fresh continuations from the prefix before a token, at the first token of every span that a
 * method reads values at (cut points of SPO, steps of VinePPO), else at every token of the policy. Rollouts of a group that share a
 * prefix share its estimate. Elsewhere the value is unknown (NaN).
 *
 * **Unbiased** for the policy that sampled, at the temperature of its rollouts; standard error of the return over √K. Each continuation is keyed by (seed, step, rollout,
 * token, child), whatever else is asked.
 * **Budget** at most `budget` extra tokens for each sampled one, counted as if every continuation ran to the limit; points are taken
 * from the front until it is spent, and what is left out is unknown. 0 = no bound.
 */
export const branchedValues = defineProvider({
	id: "branchedValues",
	title: "Monte-Carlo values",
	summary: "Tries again several times from a prefix and takes the mean of what comes out as its value.",
	source: {
		cite: "Kazemnejad et al. 2024, VinePPO: Refining Credit Assignment in RL Training of LLMs",
		url: "https://arxiv.org/abs/2410.01679",
	},
	cost: "rollouts",
	provides: [{ field: "values" }],
	reads: ["continuations"],
	params: {
		children: integerParam({
			label: "Continuations",
			help: "K: fresh continuations from each prefix. Tokens grow in proportion, the error falls with its root.",
			default: 9,
			min: 1,
			max: 1024,
			unit: "rollouts",
		}),
		budget: integerParam({
			label: "Budget",
			help: "Extra tokens for each sampled token at most, counted at full length; 0 = no bound.",
			default: 0,
			min: 0,
			max: 100000,
			unit: "tokens",
		}),
		temperature: numberParam({
			label: "Temperature",
			help: "Divides the logits of continuations; 0 = as the rollouts were sampled. Others give the values of another policy.",
			default: 0,
			min: 0,
			max: 5,
			unit: "",
		}),
	},
	children: ({ children }) => children,
	temperature: ({ temperature }) => temperature,
	needs: (_, asked) => spanNeeds(asked),
	annotate(batch, { asked, params: { children, budget }, sources }) {
		const { firsts, copies } = pointsOf(batch, "field" in asked && asked.field === "values" ? asked.at : undefined);
		const points = affordable(batch, firsts, children, budget);
		const { returns, tokens } = sources.policy!.branch!({ points, children, greedy: false });
		const values = new Float64Array(batch.B * batch.T).fill(Number.NaN);
		points.forEach((_, i) => {
			let sum = 0;
			for (let c = 0; c < children; c++) sum += returns[i * children + c]!;
			for (const at of copies[i]!) values[at] = sum / children;
		});
		return { batch: { ...batch, values }, cost: { extraTokens: tokens, modelCalls: points.length * children } };
	},
});

/** Spans of steps and turns have to be there before one can branch at them. */
function spanNeeds(asked: Need): readonly Need[] {
	if (!("field" in asked) || asked.field !== "values" || !asked.at) return [];
	if (asked.at.kind === "steps" || asked.at.kind === "turns") return [{ field: asked.at.kind }];
	return asked.at.kind === "cuts" ? [{ field: "logProbs" }] : [];
}

/** Distinct prefixes, and the entries `b·T + t` that each stands for. */
function pointsOf(batch: RolloutBatch, at: Partition = TOKENS): { firsts: BranchPoint[]; copies: number[][] } {
	const spans = spansOf(batch, at);
	const { T, actionMask, tokens, groupIds } = batch;
	const index = new Map<string, number>();
	const firsts: BranchPoint[] = [];
	const copies: number[][] = [];
	for (let s = 0; s < spans.count; s++) {
		const b = spans.rollout[s]!;
		let t = spans.start[s]!;
		while (!actionMask[b * T + t]) t++;
		const prefix = `${groupIds[b]}: ${tokens.subarray(b * T, b * T + t).join(" ")}`;
		const known = index.get(prefix) ?? firsts.push({ rollout: b, at: t }) - 1;
		index.set(prefix, known);
		copies[known] = [...(copies[known] ?? []), b * T + t];
	}
	return { firsts, copies };
}

function affordable({ T, lengths }: RolloutBatch, points: readonly BranchPoint[], children: number, budget: number) {
	if (budget === 0) return points;
	let left = budget * lengths.reduce((a, n) => a + n, 0);
	const last = points.findIndex(({ at }) => {
		left -= children * (T - at);
		return left < 0;
	});
	return last < 0 ? points : points.slice(0, last);
}
