import type { Need } from "../credit/method";
import { needKey, needWords } from "../credit/needs";
import { type Available, type PlannedSignal, planNeed, type SignalChoices } from "../signals/planner";
import type { Resource } from "../signals/provider";
import { PROVIDERS } from "../signals/registry";
import { taskSource } from "../signals/taskSource";
import type { ExperimentSpec } from "../spec/experiment";
import type { Task } from "../tasks/task";
import { availableInTraining } from "./available";
import { methodOf, needsReference, writerNeeds } from "./plan";

/** Something that is read while a run trains, and where it comes from. */
export interface Origin {
	/** What is read, in words. */
	readonly what: string;
	/** Where it comes from, in words; empty where nothing gives it. */
	readonly from: string;
	/** Titles and summaries of the providers that make it, in the order in which they run; none where rollouts carry it. */
	readonly by: readonly { readonly title: string; readonly summary: string }[];
	/** That nothing gives it, and what would, in one sentence; empty where something does. */
	readonly missing: string;
}

/** What a method reads, and each writer of rewards before it, first to last. */
export interface Origins {
	readonly method: readonly Origin[];
	readonly writers: readonly (readonly Origin[])[];
}

/** Where all comes from that the credit of an experiment reads in training. @throws InvalidInput for unknown names and parameters. */
export function originsOf(spec: ExperimentSpec, task: Task): Origins {
	const models = { valueHead: spec.model.valueHead, reference: needsReference(spec) };
	const available = availableInTraining(models, taskSource(task, []));
	const all = (needs: readonly Need[]) => needs.map((need) => originOf(need, available, spec.signals));
	const known = methodOf(spec);
	return {
		method: all(known?.method.needs(known.params) ?? []),
		writers: (spec.method.rewards ?? []).map((writer) => all(writerNeeds(writer))),
	};
}

function originOf(need: Need, available: Available, choices: SignalChoices | undefined): Origin {
	const { steps, lack } = planNeed(need, available, PROVIDERS, choices);
	const what = needWords(need);
	if (lack) return { what, from: "", by: [], missing: lack };
	const by = steps.map(({ provider: { title, summary } }) => ({ title, summary }));
	return { what, from: steps.length > 0 ? sourceOf(steps) : carriedBy(need), by, missing: "" };
}

/** What the providers start from. */
function sourceOf(steps: readonly PlannedSignal[]): string {
	const read = steps.flatMap(({ provider: { reads } }) => reads.map((of) => RESOURCES[of]));
	const made = steps.map(({ asked }) => needKey(asked));
	const carried = steps
		.flatMap(({ provider, params, asked }) => provider.needs(params, asked))
		.filter((need) => !made.includes(needKey(need)))
		.flatMap((need) => ("field" in need ? (MODELS[need.field] ?? []) : []));
	return [...new Set([...carried, ...read])].join(" and ") || "this batch";
}

const RESOURCES: Readonly<Record<Resource, string>> = {
	task: "the task",
	budgets: "the task",
	answers: "the task",
	labels: "the task",
	policy: "another pass of the policy",
	continuations: "fresh rollouts of the policy",
	reference: "the frozen reference policy",
	critic: "the value head",
	memory: "earlier batches",
};

/** Fields that rollouts carry because a run has more than its policy. */
const MODELS: Readonly<Partial<Record<Extract<Need, { field: string }>["field"], string>>> = {
	values: RESOURCES.critic,
	refLogProbs: RESOURCES.reference,
};

function carriedBy(need: Need): string {
	if (!("field" in need)) return "the rollouts";
	return MODELS[need.field] ?? (need.field === "success" ? RESOURCES.task : "the policy as it samples");
}
