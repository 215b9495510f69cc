import { InvalidInput } from "../engine/core/errors";
import type { Command, OptionSpec } from "./command";

interface Range {
	readonly min?: number;
	readonly max?: number;
}

/** Arguments of one call, read strictly: what the command does not declare is an error, never ignored. */
export class Args {
	private constructor(
		private readonly command: Command,
		private readonly operands: readonly string[],
		private readonly values: ReadonlyMap<string, readonly string[]>,
	) {}

	/**
	 * Reads `--name value`, `--name=value`, `--flag`, `--` and operands.
	 * @throws InvalidInput for an unknown option, a missing value, an option given twice, too few or too many operands.
	 */
	static parse(command: Command, argv: readonly string[]): Args {
		const operands: string[] = [];
		const values = new Map<string, string[]>();
		const rest = [...argv];
		while (rest.length > 0) {
			const word = rest.shift() as string;
			if (word === "--") operands.push(...rest.splice(0));
			else if (word.startsWith("-") && word !== "-") readOption(command, word, rest, values);
			else operands.push(word);
		}
		checkOperands(command, operands);
		return new Args(command, operands, values);
	}

	/** The i-th operand; only optional ones may be asked for by `optionalOperand`. */
	operand(i: number): string {
		return this.operands[i] as string;
	}
	optionalOperand(i: number): string | undefined {
		return this.operands[i];
	}

	flag(name: string): boolean {
		return this.values.has(this.declared(name));
	}
	text(name: string): string | undefined {
		return this.values.get(this.declared(name))?.[0];
	}
	all(name: string): readonly string[] {
		return this.values.get(this.declared(name)) ?? [];
	}
	required(name: string): string {
		const value = this.text(name);
		if (value === undefined)
			throw new InvalidInput(`ascribe ${this.command.name} needs --${name}; see ascribe ${this.command.name} --help.`);
		return value;
	}
	number(name: string, range: Range = {}): number | undefined {
		return this.numeric(name, range, "a number", Number.isFinite);
	}
	integer(name: string, range: Range = {}): number | undefined {
		return this.numeric(name, range, "an integer", Number.isSafeInteger);
	}
	choice<T extends string>(name: string, options: readonly T[]): T | undefined {
		const text = this.text(name);
		const value = options.find((option) => option === text);
		if (text !== undefined && value === undefined)
			throw new InvalidInput(`--${name} is "${text}"; it must be one of ${options.join(", ")}.`);
		return value;
	}

	private numeric(name: string, { min, max }: Range, kind: string, accept: (n: number) => boolean): number | undefined {
		const text = this.text(name);
		if (text === undefined) return undefined;
		const value = text.trim() === "" ? Number.NaN : Number(text);
		if (accept(value) && !(value < (min ?? value)) && !(value > (max ?? value))) return value;
		const limits = [min === undefined ? "" : ` of at least ${min}`, max === undefined ? "" : ` of at most ${max}`];
		throw new InvalidInput(`--${name} is "${text}"; it must be ${kind}${limits.filter(Boolean).join(" and")}.`);
	}

	private declared(name: string): string {
		if (!this.command.options.some((option) => option.name === name))
			throw new Error(`ascribe ${this.command.name} reads --${name} without declaring it`);
		return name;
	}
}

function readOption(command: Command, word: string, rest: string[], values: Map<string, string[]>): void {
	const equals = word.indexOf("=");
	const shown = equals < 0 ? word : word.slice(0, equals);
	const option = word.startsWith("--") ? command.options.find((o) => `--${o.name}` === shown) : undefined;
	if (!option) throw new InvalidInput(`ascribe ${command.name} has no option ${shown}; it has ${optionList(command)}.`);
	const before = values.get(option.name);
	if (before && !option.repeat) throw new InvalidInput(`Option ${shown} is given twice.`);
	const value = optionValue(option, equals < 0 ? undefined : word.slice(equals + 1), rest);
	values.set(option.name, [...(before ?? []), value]);
}

function optionValue(option: OptionSpec, attached: string | undefined, rest: string[]): string {
	if (option.value === undefined) {
		if (attached !== undefined) throw new InvalidInput(`Option --${option.name} takes no value.`);
		return "";
	}
	if (option.optional && attached === undefined && (rest[0] === undefined || rest[0].startsWith("-"))) return "";
	const value = attached ?? rest.shift();
	if (value === undefined || (attached === undefined && value.startsWith("--")))
		throw new InvalidInput(`Option --${option.name} needs a value: --${option.name} ${option.value}.`);
	return value;
}

function checkOperands(command: Command, operands: readonly string[]): void {
	const needed = command.operands.filter((name) => !name.endsWith("?"));
	if (operands.length < needed.length)
		throw new InvalidInput(
			`ascribe ${command.name} needs <${needed[operands.length]}>; see ascribe ${command.name} --help.`,
		);
	if (operands.length > command.operands.length)
		throw new InvalidInput(
			`ascribe ${command.name} does not know what to do with "${operands[command.operands.length]}".`,
		);
}

function optionList(command: Command): string {
	return command.options.map((option) => `--${option.name}`).join(", ") || "no options";
}
