import { defineMethod, type Estimate } from "../method";
import { centerParam, epsParam, normaliserOf, scaleParam, scoredGroups, singletonParam } from "../normaliserParams";
import {
	abs,
	add,
	atMost,
	equal,
	groupStat,
	less,
	max,
	mul,
	type Node,
	neg,
	next,
	normalise,
	not,
	previous,
	reduceToRollouts,
	rolloutInput,
	select,
	spread,
	sub,
	tokenSignal,
	topShare,
} from "../ops";
import { choiceParam, integerParam, numberParam } from "../sharedParams";

const quantileParam = (label: string, help: string) =>
	numberParam({ label, help, default: 0.5, min: 0, max: 1, unit: "" });

/**
 * Attention credit: group credit, amplified on tokens where the policy plans (local heads suddenly look far back) and on tokens that
 * later ones keep looking at (anchors).
 *
 * Reads the token signals `waad` (windowed average attention distance of local heads) and `fai` (future attention influence of
 * global heads). Δ_t = |WAAD_t − WAAD_{t+1}|, last 0. Preplan = largest share of Δ, anchors = largest share of FAI.
 * A' = g·A. `preplan`, `anchor`: g_t = 1 + (γ−1)·[marked]. `coupled`: an anchor with WAAD ≤ τ_w and the largest Δ of the k tokens
 * before it ≥ τ_d gives the share `back` of its bonus to that token. The advantage holds g already; `weights` reports it.
 *
 * **Edges** a token that no later one within the horizon looks at (FAI 0) is no anchor; `sign=positive` leaves negative credit alone.
 * Our readings, as the paper gives no numbers: τ_w and τ_d are the medians of the response, or another quantile of it (linear between
 * the two nearest tokens); ties go to the earlier token; bonuses of a token that is both anchor and plan add up.
 * The versions of the paper differ in more than `sign`: window 10 and horizon 10 to 50 (first) or 10 to 100 (second), on the middle layers.
 * Those are parameters of the provider `attentionFlow`, whose defaults are for short responses: `window`, `from`, `to`, `layers`.
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
		waadQuantile: quantileParam(
			"τ_w, quantile",
			"An anchor depends on a plan where its WAAD is at most this quantile of the response's. The paper names no number; the median is our reading.",
		),
		jumpQuantile: quantileParam(
			"τ_d, quantile",
			"A token is a plan for the anchor after it where Δ is at least this quantile of the response's. The paper names no number; the median is our reading.",
		),
		overlap: choiceParam({
			label: "Anchor and plan",
			help: "What a token gets that is both: both bonuses (add, as the paper's formula reads), or the plan's in place of the anchor's (overwrite, as a third party's code does).",
			default: "add",
			options: ["add", "overwrite"],
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
		center: centerParam("mean", ["none", "mean", "loo"]),
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
	place: { unit: "token", source: "the policy's attention", extra: "attention maps", offPolicy: false },
	traits: { zeroWhenEqual: true, groupLocal: true },
	gradients: [{ door: 0.995, apples: 0.994 }],
	needs: ({ strategy }) => [
		{ signal: "waad", level: "token", meaning: "windowed average attention distance" },
		...(strategy === "preplan"
			? []
			: [{ signal: "fai", level: "token", meaning: "future attention influence" } as const]),
	],
	estimate: (p): Estimate => {
		const outcome = spread(normalise(rolloutInput("returns"), normaliserOf(p)));
		const base = p.sign === "both" ? outcome : max(outcome, 0);
		const marks = marksOf(p);
		const terms = Object.entries(marks).map(([name, mark]) => [name, mul(mul(base, mark), p.amplify - 1)]);
		const gain = add(
			mul(
				Object.values(marks).reduce((a, b) => add(a, b)),
				p.amplify - 1,
			),
			1,
		);
		const weights = p.sign === "both" ? gain : select(less(outcome, 0), 1, gain);
		return { terms: { outcome, ...Object.fromEntries(terms) }, weights, ...scoredGroups(p.singleton) };
	},
});

interface MarkValues extends CouplingValues {
	readonly strategy: "preplan" | "anchor" | "coupled";
	readonly share: number;
	readonly back: number;
	readonly overlap: "add" | "overwrite";
}

/** How much of the bonus each token gets, by the name of the term. */
function marksOf(p: MarkValues): Readonly<Record<string, Node<"token">>> {
	const waad = tokenSignal("waad");
	const jump = abs(sub(waad, next(waad, reduceToRollouts(waad, "last"))));
	if (p.strategy === "preplan") return { preplan: topShare(jump, p.share) };
	const fai = tokenSignal("fai");
	const anchors = mul(topShare(fai, p.share), less(0, fai));
	if (p.strategy === "anchor") return { anchor: anchors };
	const { dependent, plans } = coupling(waad, jump, anchors, p);
	const kept = sub(anchors, mul(dependent, p.back));
	return { anchor: p.overlap === "add" ? kept : mul(kept, not(plans)), preplan: mul(plans, p.back) };
}

interface CouplingValues {
	readonly window: number;
	readonly waadQuantile: number;
	readonly jumpQuantile: number;
}

/** Anchors inside a chunk whose start is near, and the tokens that started those chunks. */
function coupling(waad: Node<"token">, jump: Node<"token">, anchors: Node<"token">, p: CouplingValues) {
	const large = amongLowest(neg(jump), 1 - p.jumpQuantile);
	const before: Node<"token">[] = [];
	const largeBefore: Node<"token">[] = [];
	for (let j = 0; j < p.window; j++) {
		before.push(previous(before.at(-1) ?? jump, -1));
		largeBefore.push(previous(largeBefore.at(-1) ?? large, 0));
	}
	const largest = before.reduce((a, b) => max(a, b));
	const near = largeBefore.reduce((a, b) => max(a, b));
	const dependent = mul(mul(anchors, amongLowest(waad, p.waadQuantile)), near);
	let claimed = mul(dependent, 0);
	let plans = mul(dependent, 0);
	// Earliest first, so that equal jumps go to the earlier token.
	for (let j = p.window; j >= 1; j--) {
		const chosen = mul(mul(dependent, equal(before[j - 1]!, largest)), not(claimed));
		claimed = add(claimed, chosen);
		let at = chosen;
		for (let k = 0; k < j; k++) at = next(at, 0);
		plans = max(plans, at);
	}
	return { dependent, plans };
}

/**
 * 1 where x is at most its quantile over the rollout. No quantile need be made for that: with h = (n − 1)·q, x is at most the number
 * between those in places ⌊h⌋ and ⌈h⌉ exactly where no more than h are smaller.
 */
function amongLowest(x: Node<"token">, quantile: number): Node<"token"> {
	const within = { within: "rollout" } as const;
	const place = mul(sub(groupStat(x, "count", within), 1), quantile);
	return atMost(groupStat(x, "rank", within), add(place, ROUNDING));
}

/** Places are whole numbers; their product with a quantile may fall short of one by rounding. */
const ROUNDING = 1e-4;
