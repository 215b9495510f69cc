import { InvalidInput } from "../engine/core/errors";
import { type ParamTable, parseParam, resolveParams } from "../engine/spec/params";
import type { Args } from "./args";
import type { OptionSpec } from "./command";

export const PARAM_OPTIONS: readonly OptionSpec[] = [
	{ name: "preset", value: "P", help: "parameters as a named implementation has them" },
	{ name: "param", value: "K=V", repeat: true, help: "one parameter; may be given several times" },
];

interface Parameterised {
	readonly id: string;
	readonly params: ParamTable;
	readonly presets: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Parameters of a method or loss from `--preset` and `--param`, the latter over the former. @throws InvalidInput */
export function chosenParams(args: Args, entry: Parameterised, kind: string) {
	const preset = args.text("preset");
	const where = `${kind} ${entry.id}`;
	if (preset !== undefined && !Object.hasOwn(entry.presets, preset))
		throw new InvalidInput(
			`${where} has no preset "${preset}"; it has: ${Object.keys(entry.presets).join(", ") || "none"}.`,
		);
	const given: Record<string, unknown> = { ...(preset === undefined ? {} : entry.presets[preset]) };
	for (const text of args.all("param")) {
		const at = text.indexOf("=");
		if (at < 1) throw new InvalidInput(`--param is "${text}"; it must be name=value.`);
		const [name, value] = [text.slice(0, at), text.slice(at + 1)];
		const spec = Object.hasOwn(entry.params, name) ? entry.params[name] : undefined;
		given[name] = spec ? parseParam(spec, value) : value;
	}
	return { preset: preset ?? null, params: resolveParams(entry.params, given, where) };
}
