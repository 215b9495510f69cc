import type { Need } from "../credit/method";
import { resourcesOf } from "../signals/annotate";
import type { Available } from "../signals/planner";
import type { TaskSource } from "../signals/sources";

/** What a run has beside its policy. */
export interface Models {
	readonly valueHead: boolean;
	/** A frozen reference policy is kept. */
	readonly reference: boolean;
}

/** What every rollout of a run carries, and what is at hand while it trains. */
export function availableInTraining(models: Models, task: TaskSource | undefined): Available {
	const resources = resourcesOf(task ? { task } : {});
	resources.add("policy");
	resources.add("continuations");
	resources.add("memory");
	if (models.valueHead) resources.add("critic");
	if (models.reference) resources.add("reference");
	return { resources, carries: (need) => "field" in need && carried(need.field, models) };
}

function carried(field: Extract<Need, { field: string }>["field"], { valueHead, reference }: Models): boolean {
	if (field === "values") return valueHead;
	if (field === "refLogProbs") return reference;
	return field === "logProbs" || field === "entropy" || field === "success";
}
