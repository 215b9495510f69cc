import type { RewardChoice } from "../engine/credit/method";
import type { ExperimentSpec } from "../engine/spec/experiment";
import { type ParamSpec, type ParamTable, resolveParams } from "../engine/spec/params";
import { PRESETS } from "../engine/spec/presets";
import {
	EVALUATION_PARAMS,
	MODEL_PARAMS,
	OPTIMIZER_PARAMS,
	ROLLOUT_PARAMS,
	RUN_PARAMS,
	WARM_START_PARAMS,
} from "../engine/spec/sections";
import { type StepCost, stepCost } from "../engine/training/cost";
import { bytesText, exactly, significant } from "./format";
import { type Entry, findEntry, LOSSES, METHODS, TASKS, taskOf, WRITERS } from "./registries";
import { atPath, withPath } from "./stores/draft";
import { type Kind, REWARDS, writerPath } from "./stores/rewardChain";

/** One block of the form: a table of parameters, and for tasks, methods and losses the choice among them. */
export interface Section {
	readonly id: string;
	readonly title: string;
	/** Path of the table's values in the spec; "" for its top level. */
	readonly path: string;
	readonly table: ParamTable;
	readonly choice?: { readonly path: Kind; readonly entries: readonly Entry[]; readonly chosen: string };
	/** One sentence under the title. */
	readonly about?: string;
	/** Open when the page starts. */
	readonly open?: boolean;
}

/** The form of a spec, top to bottom: what is learned, by whom, how credit is given, how it is used. */
export function sectionsOf(spec: ExperimentSpec): Section[] {
	const registered = (
		id: Exclude<Kind, "reward">,
		title: string,
		entries: readonly Entry[],
		chosen: string,
	): Section => {
		const entry = findEntry(entries, chosen);
		return {
			id,
			title,
			path: `${id}.params`,
			table: entry?.params ?? {},
			choice: { path: id, entries, chosen },
			about: entry?.summary,
			open: id !== "loss",
		};
	};
	const warm: Section[] = spec.warmStart
		? [{ id: "warmStart", title: "Warm start", path: "warmStart", table: WARM_START_PARAMS }]
		: [];
	return [
		registered("task", "Task", TASKS, spec.task.id),
		registered("method", "Credit method", METHODS, spec.method.id),
		{ id: "run", title: "Training", path: "", table: RUN_PARAMS, open: true },
		{ id: "rollout", title: "Rollouts", path: "rollout", table: ROLLOUT_PARAMS, open: true },
		{ id: "model", title: "Policy", path: "model", table: MODEL_PARAMS },
		{ id: "optimizer", title: "Optimiser", path: "optimizer", table: OPTIMIZER_PARAMS },
		registered("loss", "Loss", LOSSES, spec.loss.id),
		...warm,
		{ id: "evaluation", title: "Evaluation", path: "evaluation", table: EVALUATION_PARAMS },
	];
}

export const pathOf = (section: Section, name: string): string => (section.path ? `${section.path}.${name}` : name);

/** The value of a parameter in a spec, or its default where the spec leaves it out. */
export function valueAt(spec: ExperimentSpec, path: string, param: ParamSpec): number | string | boolean {
	const value = atPath(spec, path);
	return value === undefined ? param.default : (value as number | string | boolean);
}

/** The sentence that says why a value is not possible, or null when it is. */
export function problemOf(param: ParamSpec, value: unknown): string | null {
	try {
		resolveParams({ value: param }, { value }, param.label);
		return null;
	} catch (error) {
		return (error as Error).message.replace(`${param.label} value is`, `${param.label} is`);
	}
}

/** Paths whose values differ from the preset that the draft started from. */
export function changedPaths(presetId: string, spec: ExperimentSpec): string[] {
	const preset = PRESETS.find((p) => p.id === presetId);
	if (!preset) return [];
	const reward = (preset.spec.task.reward ?? "") === (spec.task.reward ?? "") ? [] : ["task.reward"];
	const others = sectionsOf(spec).flatMap((section) => {
		const moved = section.choice && atPath(preset.spec, `${section.choice.path}.id`) !== section.choice.chosen;
		const fields = Object.entries(section.table)
			.filter(([name, p]) => {
				const path = pathOf(section, name);
				return valueAt(spec, path, p) !== (moved ? p.default : valueAt(preset.spec, path, p));
			})
			.map(([name]) => pathOf(section, name));
		return moved && section.choice ? [section.choice.path, ...fields] : fields;
	});
	return [...others, ...reward, ...changedWriters(preset.spec, spec)];
}

/** `method.rewards` for other writers or another order, and the parameters in which a writer differs from its defaults. */
function changedWriters(before: ExperimentSpec, { method: { rewards = [] } }: ExperimentSpec): string[] {
	const ids = (writers: readonly RewardChoice[] = []) => writers.map(({ id }) => id).join();
	const fields = rewards.flatMap(({ id, params }) =>
		Object.entries(findEntry(WRITERS, id)?.params ?? {})
			.filter(([name, param]) => (params[name] ?? param.default) !== param.default)
			.map(([name]) => writerPath(id, name)),
	);
	return ids(rewards) === ids(before.method.rewards) ? fields : [REWARDS, ...fields];
}

/** What a step of a spec takes; null while its sizes do not fit together. */
export function costOf(spec: ExperimentSpec): StepCost | null {
	try {
		return stepCost(spec, taskOf(spec));
	} catch {
		return null;
	}
}

/** Twice as much, as far as the range allows. */
const doubled = (param: Extract<ParamSpec, { min: number }>, value: number): number => Math.min(param.max, 2 * value);

/**
 * What doubling a number would cost: `128 instead of 64: 1.9 × the time, +2.1 MB`; empty for settings that cost nothing, and where
 * the range ends.
 */
export function costOfDoubling(spec: ExperimentSpec, path: string, param: ParamSpec): string {
	if (param.type !== "integer" && param.type !== "number") return "";
	const value = Number(valueAt(spec, path, param));
	const next = doubled(param, value);
	const [now, then] = next > value ? [costOf(spec), costOf(withPath(spec, path.split("."), next))] : [null, null];
	if (!now || !then || (now.bytes === then.bytes && now.flops === then.flops)) return "";
	const time = `${significant(then.flops / now.flops)} × the time a step`;
	const more = then.bytes - now.bytes;
	const memory = more === 0 ? "the same memory" : `${more > 0 ? "+" : "−"}${bytesText(Math.abs(more))}`;
	return `${exactly(next)} instead of ${exactly(value)}: ${time}, ${memory}.`;
}
