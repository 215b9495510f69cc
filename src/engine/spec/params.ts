import { InvalidInput } from "../core/errors";

/** One parameter: the single source of its form control, link entry, command-line flag, range check and docs row. */
export type ParamSpec = NumberParam | ChoiceParam | FlagParam;

interface ParamBase {
	readonly label: string;
	readonly help: string;
}
export interface NumberParam extends ParamBase {
	readonly type: "integer" | "number";
	readonly default: number;
	readonly min: number;
	readonly max: number;
	readonly step?: number;
	/** Unit for people: "tokens", "nats", "" for none. */
	readonly unit: string;
	/** Draw the control on a logarithmic scale. */
	readonly log?: boolean;
}
export interface ChoiceParam extends ParamBase {
	readonly type: "choice";
	readonly default: string;
	readonly options: readonly string[];
}
export interface FlagParam extends ParamBase {
	readonly type: "flag";
	readonly default: boolean;
}

export type ParamTable = Readonly<Record<string, ParamSpec>>;

/** The values that a table describes. */
export type ParamValues<T extends ParamTable> = {
	readonly [K in keyof T]: T[K] extends { type: "flag" }
		? boolean
		: T[K] extends { type: "choice"; options: readonly (infer O)[] }
			? O
			: number;
};

/** The default of every parameter of a table. */
export function defaultsOf<T extends ParamTable>(table: T): ParamValues<T> {
	return Object.fromEntries(Object.entries(table).map(([k, s]) => [k, s.default])) as ParamValues<T>;
}

/**
 * Completes `given` with defaults and checks every value.
 * @param where names the owner in messages, as in `method grpo`.
 * @throws InvalidInput for an unknown name, a wrong type or a value out of range; one sentence with what would be right.
 */
export function resolveParams<T extends ParamTable>(
	table: T,
	given: Readonly<Record<string, unknown>>,
	where: string,
): ParamValues<T> {
	for (const name of Object.keys(given))
		if (!Object.hasOwn(table, name)) {
			const known = Object.keys(table).join(", ") || "none";
			throw new InvalidInput(`${where} has no parameter "${name}"; it has: ${known}.`);
		}
	const out: Record<string, unknown> = {};
	for (const [name, spec] of Object.entries(table))
		out[name] = Object.hasOwn(given, name) ? checkParam(spec, given[name], `${where} ${name}`) : spec.default;
	return out as ParamValues<T>;
}

function checkParam(spec: ParamSpec, value: unknown, where: string): number | string | boolean {
	if (spec.type === "flag") {
		if (typeof value === "boolean") return value;
		throw new InvalidInput(`${where} is ${JSON.stringify(value)}; it must be true or false.`);
	}
	if (spec.type === "choice") {
		if (typeof value === "string" && spec.options.includes(value)) return value;
		throw new InvalidInput(`${where} is ${JSON.stringify(value)}; it must be one of ${spec.options.join(", ")}.`);
	}
	const kind = spec.type === "integer" ? "an integer" : "a number";
	const ok =
		typeof value === "number" &&
		value >= spec.min &&
		value <= spec.max &&
		(spec.type === "number" || Number.isInteger(value));
	if (!ok)
		throw new InvalidInput(`${where} is ${JSON.stringify(value)}; it must be ${kind} from ${spec.min} to ${spec.max}.`);
	return value;
}

/** Reads a command-line or link value (`"3"`, `"true"`, `"loo"`) as the type that the table asks for. */
export function parseParam(spec: ParamSpec, text: string): unknown {
	if (spec.type === "choice") return text;
	if (spec.type === "flag") return text === "true" ? true : text === "false" ? false : text;
	return text.trim() === "" ? text : Number.isNaN(Number(text)) ? text : Number(text);
}
