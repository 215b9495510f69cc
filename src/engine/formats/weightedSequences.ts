import { InvalidInput } from "../core/errors";
import { readJson } from "../core/json";
import type { ModelConfig } from "../model/config";

/** A sequence whose tokens are made more or less likely: entry t of mask and advantages belongs to token t. */
export interface WeightedSequence {
	readonly tokens: Int32Array;
	/** Share with which a token counts `[T]`; entry 0 is 0, since nothing predicts the first token. */
	readonly mask: Float64Array;
	readonly advantages: Float64Array;
}

/**
 * Reads lines `{"tokens":[…],"mask":[…],"advantages":[…],"align":"next"|"same"}`. `same` (the default): entry t of mask and
 * advantages belongs to token t. `next`: entry t belongs to token t + 1, the one predicted at position t; a last entry without a
 * token to predict may be there or not and does not count. Mask and advantages left out are all 1.
 * @throws InvalidInput names file, line and field.
 */
export function readWeightedSequences(text: string, where: string, config: ModelConfig): WeightedSequence[] {
	const sequences = text.split("\n").flatMap((line, i) => {
		if (line.trim() === "") return [];
		return [readLine(line, `${where}, line ${i + 1}`, config)];
	});
	if (sequences.length === 0) throw new InvalidInput(`${where} holds no sequence.`);
	if (!sequences.some((s) => s.mask.some((m) => m > 0)))
		throw new InvalidInput(
			`${where}: no token counts; at least one after the first of its sequence needs a mask above 0.`,
		);
	return sequences;
}

function readLine(line: string, where: string, config: ModelConfig): WeightedSequence {
	const value = readJson(line, where);
	if (typeof value !== "object" || value === null || Array.isArray(value))
		throw new InvalidInput(`${where} must be an object with tokens, mask and advantages.`);
	const { tokens: ids, mask, advantages, align = "same" } = value as Record<string, unknown>;
	if (align !== "same" && align !== "next")
		throw new InvalidInput(`${where}: align is ${JSON.stringify(align)}; it must be "same" or "next".`);
	const tokens = checkTokens(ids, `${where}: tokens`, config);
	const shift = align === "next" ? 1 : 0;
	const aligned = (field: unknown, name: string) => alignedEntries(field, tokens.length, shift, `${where}: ${name}`);
	const counts = aligned(mask, "mask");
	if (counts.some((m) => m < 0))
		throw new InvalidInput(`${where}: mask has a negative entry; entries must be 0 or more.`);
	counts[0] = 0;
	return { tokens, mask: counts, advantages: aligned(advantages, "advantages") };
}

function alignedEntries(field: unknown, T: number, shift: number, where: string): Float64Array {
	const out = new Float64Array(T).fill(1);
	if (field === undefined || field === null) return out;
	if (!Array.isArray(field)) throw new InvalidInput(`${where} must be an array of numbers.`);
	if (field.length !== T && field.length !== T - shift)
		throw new InvalidInput(`${where} has ${field.length} entries; it must have ${T}, one for each token.`);
	field.forEach((entry: unknown, t) => {
		if (typeof entry !== "number" || !Number.isFinite(entry))
			throw new InvalidInput(`${where}, entry ${t} is ${JSON.stringify(entry)}; it must be a finite number.`);
		if (t + shift < T) out[t + shift] = entry;
	});
	return out;
}

/** Reads a JSON array of token-id arrays. @throws InvalidInput names file, sequence and token. */
export function readTokenArrays(text: string, where: string, config: ModelConfig): Int32Array[] {
	const value = readJson(text, where);
	if (!Array.isArray(value) || value.length === 0)
		throw new InvalidInput(`${where} must be an array of arrays of token ids, as in [[0,1,2],[3,4]].`);
	return value.map((ids: unknown, i) => checkTokens(ids, `${where}, sequence ${i}`, config));
}

function checkTokens(ids: unknown, where: string, { vocabSize, contextLength }: ModelConfig): Int32Array {
	if (!Array.isArray(ids) || ids.length === 0)
		throw new InvalidInput(
			`${where}: ${JSON.stringify(ids)?.slice(0, 60) ?? "missing"} must be an array of token ids.`,
		);
	if (ids.length > contextLength)
		throw new InvalidInput(`${where}: ${ids.length} tokens are more than the model's context of ${contextLength}.`);
	ids.forEach((id: unknown, t) => {
		if (!(Number.isInteger(id) && (id as number) >= 0 && (id as number) < vocabSize))
			throw new InvalidInput(`${where}: token ${t} is ${JSON.stringify(id)}; ids run from 0 to ${vocabSize - 1}.`);
	});
	return Int32Array.from(ids as number[]);
}
