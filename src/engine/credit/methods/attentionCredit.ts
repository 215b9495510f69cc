import { defineMethod, type Estimate } from "../method";
import { epsParam, normaliserOf, scaleParam, scoredGroups, singletonParam } from "../normaliserParams";
import {
	abs,
	add,
	atMost,
	equal,
	groupStat,
	max,
	mul,
	type Node,
	next,
	normalise,
	not,
	previous,
	reduceToRollouts,
	rolloutInput,
	spread,
	sub,
	tokenSignal,
	topShare,
} from "../ops";
import { choiceParam, integerParam, numberParam } from "../sharedParams";

/**
 * Attention credit: group credit, amplified on tokens where the policy plans (local heads suddenly look far back) and on tokens that
 * later ones keep looking at (anchors).
 *
 * Reads the token signals `waad` (windowed average attention distance of local heads) and `fai` (future attention influence of
 * global heads). Δ_t = |WAAD_t − WAAD_{t+1}|, last 0. Preplan = largest share of Δ, anchors = largest share of FAI.
 * `preplan`, `anchor`: A' = A·(1 + (γ−1)·[marked]). `coupled`: an anchor with WAAD ≤ its median and the largest Δ of the k tokens
 * before it ≥ its median gives the share `back` of its bonus to that token.
 *
 * **Edges** bonuses of a token that is both add up; `sign=positive` leaves negative credit alone. Our readings: thresholds are the
 * medians of the response, ties go to the earlier token.
 * **Against the exact advantage** biased on purpose: it moves weight to tokens that structure the text.
 * **Reduces** to the group's credit at γ = 1.
 * **Source** "Attention Illuminates LLM Reasoning", 2025, https://arxiv.org/abs/2510.13554; no authors' code.
 */
export const attentionCredit = defineMethod({
	id: "attentionCredit",
	title: "Attention credit",
	family: "structure",
	summary: "Pays more where attention shows that a token plans or anchors what follows.",
	source: {
		cite: "Attention Illuminates LLM Reasoning: The Preplan-and-Anchor Rhythm Enables Fine-Grained Policy Optimization, 2025",
		url: "https://arxiv.org/abs/2510.13554",
		verification: "paper read",
	},
	params: {
		strategy: choiceParam({
			label: "Strategy",
			help: "What is amplified: planning tokens, anchors, or anchors that share with their plan.",
			default: "coupled",
			options: ["preplan", "anchor", "coupled"],
		}),
		amplify: numberParam({
			label: "γ",
			help: "Factor on the credit of marked tokens.",
			default: 1.5,
			min: 0,
			max: 100,
			unit: "",
		}),
		share: numberParam({
			label: "Share",
			help: "Share of tokens that are marked.",
			default: 0.4,
			min: 0,
			max: 1,
			unit: "",
		}),
		window: integerParam({
			label: "Window k",
			help: "How far before an anchor its plan may lie.",
			default: 3,
			min: 1,
			max: 16,
			unit: "tokens",
		}),
		back: numberParam({
			label: "Given back",
			help: "Share of an anchor's bonus that goes to its plan.",
			default: 0.5,
			min: 0,
			max: 1,
			unit: "",
		}),
		sign: choiceParam({
			label: "Sign",
			help: "Amplify all credit, or only what is not negative (first version of the paper).",
			default: "both",
			options: ["both", "positive"],
		}),
		scale: scaleParam("sd1"),
		eps: epsParam(1e-6),
		singleton: singletonParam("zero"),
	},
	presets: {
		paperV2: {},
		paperV1: { sign: "positive" },
		preplan: { strategy: "preplan" },
		anchor: { strategy: "anchor" },
	},
	traits: { zeroWhenEqual: true, groupLocal: true },
	gradients: [{ door: 0.995, apples: 0.994 }],
	needs: ({ strategy }) => [
		{ signal: "waad", level: "token", meaning: "windowed average attention distance" },
		...(strategy === "preplan"
			? []
			: [{ signal: "fai", level: "token", meaning: "future attention influence" } as const]),
	],
	estimate: (p): Estimate => {
		const outcome = spread(normalise(rolloutInput("returns"), normaliserOf({ ...p, center: "mean" })));
		const base = p.sign === "both" ? outcome : max(outcome, 0);
		const bonus = (mark: Node<"token">) => mul(mul(base, mark), p.amplify - 1);
		const waad = tokenSignal("waad");
		const jump = abs(sub(waad, next(waad, reduceToRollouts(waad, "last"))));
		const preplan = topShare(jump, p.share);
		if (p.strategy === "preplan") return { terms: { outcome, preplan: bonus(preplan) }, ...scoredGroups(p.singleton) };
		const anchors = topShare(tokenSignal("fai"), p.share);
		if (p.strategy === "anchor") return { terms: { outcome, anchor: bonus(anchors) }, ...scoredGroups(p.singleton) };
		const { dependent, introductions } = coupling(waad, jump, anchors, p.window);
		const terms = {
			outcome,
			anchor: bonus(sub(anchors, mul(dependent, p.back))),
			preplan: bonus(mul(introductions, p.back)),
		};
		return { terms, ...scoredGroups(p.singleton) };
	},
});

/** Anchors inside a chunk whose start is near, and the tokens that started those chunks. */
function coupling(waad: Node<"token">, jump: Node<"token">, anchors: Node<"token">, window: number) {
	const median = (x: Node<"token">) => groupStat(x, "median", { within: "rollout" });
	const before: Node<"token">[] = [];
	for (let j = 0; j < window; j++) before.push(previous(before.at(-1) ?? jump, -1));
	const largest = before.reduce((a, b) => max(a, b));
	const dependent = mul(mul(anchors, atMost(waad, median(waad))), atMost(median(jump), largest));
	let claimed = mul(dependent, 0);
	let introductions = mul(dependent, 0);
	// Earliest first, so that equal jumps go to the earlier token.
	for (let j = window; j >= 1; j--) {
		const chosen = mul(mul(dependent, equal(before[j - 1]!, largest)), not(claimed));
		claimed = add(claimed, chosen);
		let at = chosen;
		for (let k = 0; k < j; k++) at = next(at, 0);
		introductions = max(introductions, at);
	}
	return { dependent, introductions };
}
