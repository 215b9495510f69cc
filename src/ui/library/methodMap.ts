import { gradientText } from "../../engine/credit/gradientText";
import type { Need } from "../../engine/credit/method";
import { METHODS } from "../../engine/credit/registry";
import { resolveParams } from "../../engine/spec/params";

/** What gets one number, from coarse to fine. */
export const UNITS = ["rollout", "step or segment", "branch", "token"] as const;
/** What the credit is made from, from what every run has to what somebody must supply. */
export const SOURCES = [
	"rollouts alone",
	"values of prefixes",
	"states or steps",
	"a judge of steps",
	"another model",
] as const;

export interface MappedMethod {
	readonly id: string;
	readonly title: string;
	readonly unit: (typeof UNITS)[number];
	readonly source: (typeof SOURCES)[number];
	/** Tokens or model calls beyond the rollouts. */
	readonly extra: "none" | "a critic or fresh continuations" | "a judge" | "a model's signal";
	/** Corrects for rollouts of an older policy. */
	readonly offPolicy: boolean;
	readonly judge: boolean;
	/** What it reads, in words. */
	readonly needs: readonly string[];
	/** Its mean gradient beside the exact one, in words. */
	readonly gradients: readonly string[];
}

/** Who reads this weighs rollouts of an older policy. */
const PRESENT_POLICY = "currentLogProbs";

const UNIT_OF_FAMILY: Readonly<Record<string, MappedMethod["unit"]>> = {
	baseline: "rollout",
	group: "rollout",
	critic: "token",
	tree: "branch",
	segment: "step or segment",
	step: "step or segment",
	structure: "token",
	redistribution: "token",
};

/** Every method with its place on the map, at the defaults of its parameters: from its family and from what it reads. */
export function mappedMethods(): MappedMethod[] {
	return METHODS.map((method) => {
		const needs = method.needs(resolveParams(method.params, {}, `method ${method.id}`));
		const judge = needs.some(isJudged);
		const values = needs.some((need) => "field" in need && need.field === "values");
		const offPolicy = needs.some((need) => "signal" in need && need.signal === PRESENT_POLICY);
		const signal = needs.some((need) => "signal" in need && need.signal !== PRESENT_POLICY);
		return {
			id: method.id,
			title: method.title,
			unit: UNIT_OF_FAMILY[method.family] ?? "token",
			source: sourceOf(needs, judge, values, signal),
			extra: judge ? "a judge" : signal ? "a model's signal" : values ? "a critic or fresh continuations" : "none",
			offPolicy,
			judge,
			needs: needs.map(needText),
			gradients: method.gradients.map(gradientText),
		};
	});
}

const isJudged = (need: Need): boolean => "stepField" in need && need.stepField !== "stateKeys";

function sourceOf(needs: readonly Need[], judge: boolean, values: boolean, signal: boolean): MappedMethod["source"] {
	if (judge) return "a judge of steps";
	if (signal) return "another model";
	if (values) return "values of prefixes";
	return needs.some(
		(need) => "stepField" in need || ("field" in need && (need.field === "steps" || need.field === "turns")),
	)
		? "states or steps"
		: "rollouts alone";
}

function needText(need: Need): string {
	if ("signal" in need) return need.meaning;
	if ("stepField" in need) return `${need.stepField} of ${need.of}`;
	return need.field;
}
