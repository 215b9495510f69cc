import { InvalidInput } from "./errors";

/** Deepest nesting that is read. What walks a value calls itself, and the call stack has an end; no file of ours nests a tenth of that. */
const DEEPEST = 500;

/**
 * The value of a JSON text from outside.
 * @param where names the place in messages.
 * @param parse reads a wider language than JSON.
 * @throws InvalidInput for what is not JSON, or nests more than 500 levels deep.
 */
export function readJson(text: string, where: string, parse: (text: string) => unknown = JSON.parse): unknown {
	let value: unknown;
	try {
		value = parse(text);
	} catch (cause) {
		// Recursive parsers run out of stack on text that is nested too deeply.
		if (cause instanceof RangeError) throw tooDeep(where);
		throw new InvalidInput(`${where} is not JSON: ${(cause as Error).message}.`, { cause });
	}
	if (isDeeper(value, DEEPEST)) throw tooDeep(where);
	return value;
}

const tooDeep = (where: string) =>
	new InvalidInput(`${where} nests lists and objects more than ${DEEPEST} levels deep, which is not read.`);

function isDeeper(value: unknown, levels: number): boolean {
	if (!isNested(value)) return false;
	if (levels === 0) return true;
	if (Array.isArray(value)) {
		for (const part of value) if (isNested(part) && isDeeper(part, levels - 1)) return true;
		return false;
	}
	// Not `Object.values`: a new list for every line of a file of rollouts would cost more than the walk itself.
	for (const name in value) if (isNested(value[name]) && isDeeper(value[name], levels - 1)) return true;
	return false;
}

const isNested = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === "object" && value !== null;

/** Whether a parsed value is an object, and no list. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null && !Array.isArray(value);
