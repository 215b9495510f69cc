import { InvalidInput, placed } from "../core/errors";
import { readJson } from "../core/json";
import type { ExperimentSpec } from "./experiment";
import { type ParamTable, type ParamValues, resolveParams } from "./params";
import {
	EVALUATION_PARAMS,
	MODEL_PARAMS,
	OPTIMIZER_PARAMS,
	ROLLOUT_PARAMS,
	RUN_PARAMS,
	WARM_START_PARAMS,
} from "./sections";

const FIELDS = [
	"schema",
	"task",
	"model",
	"warmStart",
	"rollout",
	"method",
	"loss",
	"optimizer",
	"steps",
	"epochs",
	"minibatches",
	"evaluation",
	"probes",
	"oracle",
	"seed",
	"signals",
] as const satisfies readonly (keyof ExperimentSpec)[];

/**
 * Checks an experiment read from a file, a form or a link, and completes left-out fields with their defaults. Task, method
 * and loss must be named; whether they exist, and their parameters, is checked by `resolveSpec`.
 * @throws InvalidInput one sentence that names the field and what would be right.
 */
export function parseSpec(value: unknown): ExperimentSpec {
	const spec = object(value, "The experiment");
	if (spec.schema !== "ascribe.spec/1")
		throw new InvalidInput(`The experiment's schema is ${JSON.stringify(spec.schema)}; it must be "ascribe.spec/1".`);
	for (const field of Object.keys(spec))
		if (!FIELDS.some((known) => known === field))
			throw new InvalidInput(`The experiment has no field "${field}"; it has ${FIELDS.join(", ")}.`);
	const { steps, epochs, minibatches, seed } = section(RUN_PARAMS, pick(spec, Object.keys(RUN_PARAMS)), "experiment");
	return checkTogether({
		schema: "ascribe.spec/1",
		task: taskChoice(spec.task),
		model: section(MODEL_PARAMS, spec.model, "model"),
		warmStart: spec.warmStart == null ? null : section(WARM_START_PARAMS, spec.warmStart, "warmStart"),
		rollout: rolloutSection(spec.rollout),
		method: methodChoice(spec.method),
		loss: choice(spec.loss, "loss"),
		optimizer: section(OPTIMIZER_PARAMS, spec.optimizer, "optimizer"),
		steps,
		epochs,
		minibatches,
		evaluation: section(EVALUATION_PARAMS, spec.evaluation, "evaluation"),
		probes: names(spec.probes, "probes"),
		oracle: oracleMode(spec.oracle),
		seed,
		...(spec.signals === undefined ? {} : { signals: signalChoices(spec.signals) }),
	});
}

/** Reads the text of a spec file. @param where names it in messages. */
export function parseSpecText(text: string, where: string): ExperimentSpec {
	const value = readJson(text, where);
	return placed(where, () => parseSpec(value));
}

function checkTogether(spec: ExperimentSpec): ExperimentSpec {
	const { width, heads } = spec.model;
	if (width % heads !== 0)
		throw new InvalidInput(
			`Model width ${width} is not divisible by heads ${heads}; choose a width that is a multiple of the number of heads.`,
		);
	const { groupSize, branching = 1, rounds = 1 } = spec.rollout;
	if (rounds > 1 && groupSize === 1)
		throw new InvalidInput(
			`Groups of one rollout have no returns that differ, so ${rounds} sampling rounds would fill no batch; raise rollout.groupSize or set rollout.rounds to 1.`,
		);
	if (branching > 1 && !isPower(groupSize, branching))
		throw new InvalidInput(
			`A group of ${groupSize} rollouts is no tree with ${branching} branches at each node; choose a power of ${branching}.`,
		);
	if (spec.rollout.prompts % spec.minibatches !== 0)
		throw new InvalidInput(
			`The ${spec.rollout.prompts} prompts of a step cannot be split into ${spec.minibatches} equal minibatches; choose a divisor.`,
		);
	return spec;
}

function object(value: unknown, where: string): Record<string, unknown> {
	if (typeof value !== "object" || value === null || Array.isArray(value))
		throw new InvalidInput(`${where} is ${short(value)}; it must be an object.`);
	return value as Record<string, unknown>;
}

function section<T extends ParamTable>(table: T, value: unknown, where: string): ParamValues<T> {
	return resolveParams(table, value === undefined ? {} : object(value, where), where);
}

function choice(value: unknown, where: string): { id: string; params: Record<string, unknown> } {
	const { id, params = {}, ...rest } = object(value, where);
	if (typeof id !== "string" || id === "") throw new InvalidInput(`${where}.id is ${short(id)}; it must be a name.`);
	for (const field of Object.keys(rest))
		throw new InvalidInput(`${where} has no field "${field}"; it has id and params.`);
	return { id, params: { ...object(params, `${where}.params`) } };
}

function taskChoice(value: unknown): ExperimentSpec["task"] {
	const { reward, ...named } = object(value, "task");
	const task = choice(named, "task");
	if (reward === undefined) return task;
	if (typeof reward !== "string")
		throw new InvalidInput(`task.reward is ${short(reward)}; it must be a formula as text.`);
	return { ...task, reward };
}

function methodChoice(value: unknown): ExperimentSpec["method"] {
	const { rewards, ...named } = object(value, "method");
	const method = choice(named, "method");
	if (rewards === undefined) return method;
	if (!Array.isArray(rewards))
		throw new InvalidInput(`method.rewards is ${short(rewards)}; it must be an array of reward writers.`);
	const writers = rewards.map((writer, k) => choice(writer, `method.rewards[${k}]`));
	return writers.length > 0 ? { ...method, rewards: writers } : method;
}

/** Without branches there is no tree to describe, and one round is what every batch takes. */
function rolloutSection(value: unknown): ExperimentSpec["rollout"] {
	const { branching, segment, rounds, ...plain } = section(ROLLOUT_PARAMS, value, "rollout");
	return { ...plain, ...(branching > 1 ? { branching, segment } : {}), ...(rounds > 1 ? { rounds } : {}) };
}

function signalChoices(value: unknown): Record<string, Record<string, unknown>> {
	return Object.fromEntries(
		Object.entries(object(value, "signals")).map(([id, params]) => [id, { ...object(params, `signals.${id}`) }]),
	);
}

/** Whether n is k to some whole power. */
function isPower(n: number, k: number): boolean {
	let left = n;
	while (left > 1 && left % k === 0) left /= k;
	return left === 1;
}

function names(value: unknown, where: string): string[] {
	if (value === undefined) return [];
	if (!Array.isArray(value) || value.some((name) => typeof name !== "string"))
		throw new InvalidInput(`${where} is ${short(value)}; it must be an array of names.`);
	return [...(value as string[])];
}

function oracleMode(value: unknown): "auto" | "off" {
	if (value === undefined) return "auto";
	if (value === "auto" || value === "off") return value;
	throw new InvalidInput(`oracle is ${short(value)}; it must be "auto" or "off".`);
}

function pick(source: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
	return Object.fromEntries(keys.filter((key) => key in source).map((key) => [key, source[key]]));
}

function short(value: unknown): string {
	const text = JSON.stringify(value) ?? "missing";
	return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
