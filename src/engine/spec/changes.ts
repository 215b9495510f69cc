import type { ExperimentSpec } from "./experiment";
import { defaultsOf, type ParamSpec, type ParamTable } from "./params";
import { RUN_PARAMS, SECTIONS } from "./sections";

/** Values that a change may carry: JSON scalars, a list of names (probes), or null (no warm start). */
export type ChangeValue = number | string | boolean | null | readonly string[];

/** Differences from a preset by dotted path, as in `{ seed: 7, method: "tempo", "method.lambda": 0.95 }`. */
export type SpecChanges = Readonly<Record<string, ChangeValue>>;

/** Parameter tables by id; undefined for an unknown id. */
export interface ParamTables {
	task(id: string): ParamTable | undefined;
	method(id: string): ParamTable | undefined;
	loss(id: string): ParamTable | undefined;
	reward?(id: string): ParamTable | undefined;
	signal?(id: string): ParamTable | undefined;
}

type Section = keyof typeof SECTIONS;

/** Path of the formula for the reward; no task has a parameter of this name. */
const REWARD = "task.reward";

const CHOICES = ["task", "method", "loss"] as const;
type Choice = (typeof CHOICES)[number];

const isSection = (name: string): name is Section => Object.hasOwn(SECTIONS, name);
const isChoice = (name: string): name is Choice => (CHOICES as readonly string[]).includes(name);

/**
 * What must be said about `spec` to someone who has `base`. Parameters of a task, method or loss that `base` does not use
 * are compared with their defaults.
 */
export function changesBetween(base: ExperimentSpec, spec: ExperimentSpec, tables: ParamTables): SpecChanges {
	const out: Record<string, ChangeValue> = {};
	for (const key of Object.keys(RUN_PARAMS) as (keyof typeof RUN_PARAMS)[])
		if (spec[key] !== base[key]) out[key] = spec[key];
	for (const kind of CHOICES) choiceChanges(out, kind, base, spec, tables);
	const formula = spec.task.reward ?? "";
	if (formula !== (spec.task.id === base.task.id ? (base.task.reward ?? "") : "")) out[REWARD] = formula;
	for (const name of Object.keys(SECTIONS) as Section[]) sectionChanges(out, name, base, spec);
	if (JSON.stringify(spec.probes) !== JSON.stringify(base.probes)) out.probes = [...spec.probes];
	if (spec.oracle !== base.oracle) out.oracle = spec.oracle;
	rewardChanges(out, base, spec, tables);
	signalChanges(out, base, spec, tables);
	return out;
}

/** `rewards`: the writers before the method, in order; `rewards.<writer>.<parameter>`: other than before, or than its default. */
function rewardChanges(
	out: Record<string, ChangeValue>,
	base: ExperimentSpec,
	spec: ExperimentSpec,
	tables: ParamTables,
) {
	const before = spec.method.id === base.method.id ? (base.method.rewards ?? []) : [];
	const after = spec.method.rewards ?? [];
	const ids = after.map(({ id }) => id);
	if (ids.join() !== before.map(({ id }) => id).join()) out.rewards = ids;
	for (const { id, params } of after) {
		const known = before.find((writer) => writer.id === id)?.params ?? {};
		paramChanges(out, `rewards.${id}`, tables.reward?.(id), known, params);
	}
}

/** `signals.<provider>`: named or no longer; `signals.<provider>.<parameter>`: other than before, or than its default. */
function signalChanges(
	out: Record<string, ChangeValue>,
	base: ExperimentSpec,
	spec: ExperimentSpec,
	tables: ParamTables,
) {
	const [before, after] = [base.signals ?? {}, spec.signals ?? {}];
	for (const id of Object.keys(before)) if (!after[id]) out[`signals.${id}`] = false;
	for (const [id, params] of Object.entries(after)) {
		if (!before[id]) out[`signals.${id}`] = true;
		const table = tables.signal?.(id);
		const known: Readonly<Record<string, unknown>> = { ...(table ? defaultsOf(table) : {}), ...before[id] };
		for (const [name, value] of Object.entries(params))
			if (value !== known[name]) out[`signals.${id}.${name}`] = value as ChangeValue;
	}
}

function choiceChanges(
	out: Record<string, ChangeValue>,
	kind: Choice,
	base: ExperimentSpec,
	spec: ExperimentSpec,
	tables: ParamTables,
) {
	const same = spec[kind].id === base[kind].id;
	if (!same) out[kind] = spec[kind].id;
	paramChanges(out, kind, tables[kind](spec[kind].id), same ? base[kind].params : {}, spec[kind].params);
}

/** `<path>.<parameter>`: other than before, or than its default. */
function paramChanges(
	out: Record<string, ChangeValue>,
	path: string,
	table: ParamTable | undefined,
	before: Readonly<Record<string, unknown>>,
	after: Readonly<Record<string, unknown>>,
) {
	const defaults: Readonly<Record<string, unknown>> = table ? defaultsOf(table) : {};
	const known = { ...defaults, ...before };
	for (const [name, value] of Object.entries({ ...defaults, ...after }))
		if (value !== known[name]) out[`${path}.${name}`] = value as ChangeValue;
}

function sectionChanges(out: Record<string, ChangeValue>, name: Section, base: ExperimentSpec, spec: ExperimentSpec) {
	const after = spec[name] as Readonly<Record<string, ChangeValue>> | null;
	if (after === null) {
		if (base[name] !== null) out[name] = null;
		return;
	}
	const before = { ...defaultsOf(SECTIONS[name]), ...base[name] } as Readonly<Record<string, ChangeValue>>;
	if (base[name] === null) out[name] = true as ChangeValue;
	for (const [key, value] of Object.entries(after)) if (value !== before[key]) out[`${name}.${key}`] = value;
}

export interface AppliedChanges {
	/** A plain object in the shape of an ExperimentSpec, to be checked by `parseSpec`. */
	readonly spec: ExperimentSpec;
	/** One sentence for each value that was clamped or left out. */
	readonly notices: readonly string[];
}

type Draft = { -readonly [K in keyof ExperimentSpec]: ExperimentSpec[K] };

/**
 * Applies differences to a preset. Numbers out of range are clamped; unknown paths, names and wrong types are left out.
 * Both are listed. Never throws: what comes from a link is data.
 */
export function applyChanges(base: ExperimentSpec, changes: SpecChanges, tables: ParamTables): AppliedChanges {
	const draft: Draft = { ...base };
	const notices: string[] = [];
	const drop = (path: string, why: string) => notices.push(`${path} was left out: ${why}.`);
	// Names first, so that parameters meet the table of the task, method or loss they belong to.
	for (const kind of CHOICES) if (kind in changes) chooseOne(draft, kind, changes[kind] as ChangeValue, tables, drop);
	if ("rewards" in changes) chooseRewards(draft, changes.rewards as ChangeValue, tables, drop);
	const sections = Object.keys(SECTIONS) as Section[];
	for (const name of sections) if (name in changes) switchSection(draft, name, changes[name] as ChangeValue, drop);
	for (const [path, value] of Object.entries(changes)) {
		const [head = "", key] = splitPath(path);
		if (path === REWARD) {
			if (typeof value === "string") draft.task = { ...draft.task, reward: value };
			else drop(path, "it must be a formula as text");
			continue;
		}
		if (head === "rewards") {
			if (key !== undefined) changeReward(draft, path, value, tables, notices, drop);
			continue;
		}
		if (head === "signals") {
			changeSignal(draft, path, value, tables, notices, drop);
			continue;
		}
		if (key === undefined) {
			if (!isChoice(head) && !isSection(head)) setTop(draft, head, value, notices, drop);
			continue;
		}
		if (isChoice(head)) {
			const checked = checkedValue(ownSpec(tables[head](draft[head].id), key), path, value, notices, drop);
			if (checked !== undefined)
				Object.assign(draft, { [head]: { ...draft[head], params: { ...draft[head].params, [key]: checked } } });
		} else if (isSection(head)) {
			const checked = checkedValue(ownSpec(SECTIONS[head], key), path, value, notices, drop);
			if (checked !== undefined && draft[head] !== null)
				Object.assign(draft, { [head]: { ...draft[head], [key]: checked } });
		} else drop(path, "there is no such setting");
	}
	return { spec: draft, notices };
}

function chooseRewards(draft: Draft, value: ChangeValue, tables: ParamTables, drop: Drop) {
	if (!Array.isArray(value) || value.some((id) => typeof id !== "string"))
		return drop("rewards", "it must be a list of reward writers");
	const { rewards: before = [], ...method } = draft.method;
	const rewards = (value as readonly string[]).flatMap((id) => {
		if (tables.reward?.(id)) return [before.find((writer) => writer.id === id) ?? { id, params: {} }];
		drop("rewards", `there is no reward writer "${id}"`);
		return [];
	});
	draft.method = rewards.length > 0 ? { ...method, rewards } : method;
}

function changeReward(
	draft: Draft,
	path: string,
	value: ChangeValue,
	tables: ParamTables,
	notices: string[],
	drop: Drop,
) {
	const [, id = "", name = ""] = path.split(".");
	const rewards = draft.method.rewards ?? [];
	if (!rewards.some((writer) => writer.id === id)) return drop(path, `reward writer "${id}" is not in the chain`);
	const checked = checkedValue(ownSpec(tables.reward?.(id), name), path, value, notices, drop);
	if (checked === undefined) return;
	const changed = rewards.map((writer) =>
		writer.id === id ? { id, params: { ...writer.params, [name]: checked } } : writer,
	);
	draft.method = { ...draft.method, rewards: changed };
}

function changeSignal(
	draft: Draft,
	path: string,
	value: ChangeValue,
	tables: ParamTables,
	notices: string[],
	drop: Drop,
) {
	const [, id = "", name] = path.split(".");
	const table = tables.signal?.(id);
	if (!table) return drop(path, `there is no signal provider "${id}"`);
	const { [id]: own, ...others } = draft.signals ?? {};
	if (name === undefined) {
		if (value === false) draft.signals = others;
		else if (value === true) draft.signals = { ...others, [id]: own ?? {} };
		else drop(path, "it must be true or false");
		return;
	}
	const checked = checkedValue(ownSpec(table, name), path, value, notices, drop);
	if (checked !== undefined) draft.signals = { ...others, [id]: { ...own, [name]: checked } };
}

function splitPath(path: string): [string, string | undefined] {
	const dot = path.indexOf(".");
	return dot < 0 ? [path, undefined] : [path.slice(0, dot), path.slice(dot + 1)];
}

type Drop = (path: string, why: string) => void;

function chooseOne(draft: Draft, kind: Choice, value: ChangeValue, tables: ParamTables, drop: Drop) {
	if (typeof value !== "string" || !tables[kind](value))
		return drop(kind, `there is no ${kind} ${JSON.stringify(value)}`);
	if (draft[kind].id !== value) draft[kind] = { id: value, params: {} };
}

function switchSection(draft: Draft, name: Section, value: ChangeValue, drop: Drop) {
	if (name !== "warmStart") return drop(name, "it is a group of settings, not one");
	if (value === null) draft.warmStart = null;
	else draft.warmStart ??= defaultsOf(SECTIONS.warmStart);
}

function setTop(draft: Draft, name: string, value: ChangeValue, notices: string[], drop: Drop) {
	if (name === "probes") {
		if (Array.isArray(value) && value.every((v) => typeof v === "string")) draft.probes = [...value];
		else drop(name, "it must be a list of method names");
	} else if (name === "oracle") {
		if (value === "auto" || value === "off") draft.oracle = value;
		else drop(name, 'it must be "auto" or "off"');
	} else {
		const checked = checkedValue(ownSpec(RUN_PARAMS, name), name, value, notices, drop);
		if (checked !== undefined) Object.assign(draft, { [name]: checked });
	}
}

const ownSpec = (table: ParamTable | undefined, name: string) =>
	table && Object.hasOwn(table, name) ? table[name] : undefined;

/** The value as its spec allows it, clamped where a number is out of range; undefined when it cannot be used. */
function checkedValue(
	spec: ParamSpec | undefined,
	path: string,
	value: ChangeValue,
	notices: string[],
	drop: Drop,
): number | string | boolean | undefined {
	if (!spec) {
		drop(path, "there is no such setting");
		return undefined;
	}
	if (spec.type === "flag") return typeof value === "boolean" ? value : void drop(path, "it must be true or false");
	if (spec.type === "choice")
		return typeof value === "string" && spec.options.includes(value)
			? value
			: void drop(path, `it must be one of ${spec.options.join(", ")}`);
	if (typeof value !== "number" || !Number.isFinite(value)) return void drop(path, "it must be a number");
	const whole = spec.type === "integer" ? Math.round(value) : value;
	const clamped = Math.min(spec.max, Math.max(spec.min, whole));
	if (clamped !== value) notices.push(`${spec.label} (${path}) was changed: ${value} → ${clamped}.`);
	return clamped;
}
