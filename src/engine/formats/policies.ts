import { InvalidInput } from "../core/errors";
import { isObject } from "../core/json";
import { readSafetensors, writeSafetensors } from "./safetensors";

/** The policies that sampled the rollouts of a recording, one a frame, on a grid that makes them small enough to fetch. */
export interface Policies {
	readonly preset: string;
	/** Training steps of the frames. */
	readonly steps: readonly number[];
	/** Of each frame's parameters as they were, before they were rounded. */
	readonly fingerprints: readonly string[];
	/** Parameters are rounded to its multiples; a power of two. */
	readonly grid: number;
	/** Parameters of a frame, flat in the layout of the run's model, each a multiple of the grid. */
	of(frame: number): Float32Array;
}

const SCHEMA = "ascribe.policies/1";
/**
 * A step of a preset then takes 40 to 60 kB instead of 400. What that changes in the recordings that are shipped was measured
 * (docs/datasets.md): weights of attention by 0.001 in quadratic mean.
 */
export const POLICY_GRID = 2 ** -11;
/** Differences are kept in two bytes. */
const MOST = 2 ** 16;

/**
 * Parameters as a safetensors file of two U8 tensors, `low` and `high`, both [F, N]: with z = low + 256·high, the difference
 * d = z/2 for even z, −(z + 1)/2 for odd z, and parameters of frame f = grid · Σ_{g ≤ f} d_g. Neighbours on the scrubber differ little, so
 * that most bytes are small and the file packs well. Its metadata names preset, steps, fingerprints and grid.
 * @param parameters one array a frame, all of the same length.
 * @throws InvalidInput for a parameter that is not finite or moves by 2¹⁵ of the grid or more.
 */
export function writePolicies(
	{ preset, steps, fingerprints, grid }: Omit<Policies, "of">,
	parameters: readonly Float32Array[],
): Uint8Array {
	const [F, N] = [parameters.length, parameters[0]?.length ?? 0];
	const [low, high] = [new Uint8Array(F * N), new Uint8Array(F * N)];
	const places = new Int32Array(N);
	for (const [f, values] of parameters.entries())
		for (let i = 0; i < N; i++) {
			const place = Math.round(values[i]! / grid);
			const z = folded(place - places[i]!);
			if (!(z < MOST))
				throw new InvalidInput(`Parameter ${i} of step ${steps[f]} is ${values[i]}: too far from the step before.`);
			places[i] = place;
			low[f * N + i] = z;
			high[f * N + i] = z >> 8;
		}
	const shape = [F, N];
	const tensors = [
		{ name: "low", shape, bytes: low },
		{ name: "high", shape, bytes: high },
	];
	const header = { preset, steps, fingerprints, grid };
	return writeSafetensors(tensors, { schema: SCHEMA, policies: JSON.stringify(header) });
}

/** Small numbers of both signs as small ones without a sign, and back. */
const folded = (d: number) => (d < 0 ? -2 * d - 1 : 2 * d);
const unfolded = (z: number) => (z >>> 1) ^ -(z & 1);

/** Reads what `writePolicies` wrote. @throws InvalidInput naming what is missing or does not fit. */
export function readPolicies(bytes: Uint8Array, where: string): Policies {
	const { tensors, metadata } = readSafetensors(bytes, where);
	if (metadata.schema !== SCHEMA)
		throw new InvalidInput(
			`${where} holds no policies of a recording: its schema is ${metadata.schema ?? "missing"}, not ${SCHEMA}.`,
		);
	const header = readHeader(metadata.policies, where);
	const [low, high] = [tensors.get("low"), tensors.get("high")];
	const [F = 0, N = 0] = low?.shape ?? [];
	const fits = low?.dtype === "U8" && high?.dtype === "U8" && `${high.shape}` === `${low.shape}`;
	if (!fits || low.shape.length !== 2 || F !== header.steps.length)
		throw new InvalidInput(
			`${where} does not hold two bytes a parameter for each of its ${header.steps.length} steps.`,
		);
	return { ...header, of: walker(N, low.bytes, high.bytes, header.grid) };
}

function readHeader(text: string | undefined, where: string): Omit<Policies, "of"> {
	const header = parsed(text);
	const { preset, steps, fingerprints, grid } = header;
	const lists = Array.isArray(steps) && Array.isArray(fingerprints) && steps.length === fingerprints.length;
	if (typeof preset !== "string" || !lists || !(typeof grid === "number" && grid > 0))
		throw new InvalidInput(`${where} does not say of which preset and steps its policies are, nor on what grid.`);
	return { preset, steps, fingerprints, grid };
}

function parsed(text = ""): Record<string, unknown> {
	try {
		const value: unknown = JSON.parse(text);
		return isObject(value) ? value : {};
	} catch {
		return {};
	}
}

/** Goes from frame to frame by their differences, which are taken back on the way back: neighbours on the scrubber cost one step. */
function walker(N: number, low: Uint8Array, high: Uint8Array, grid: number): (frame: number) => Float32Array {
	const places = new Int32Array(N);
	let at = -1;
	const move = (frame: number, sign: 1 | -1) => {
		for (let i = 0, j = frame * N; i < N; i++, j++) places[i]! += sign * unfolded(low[j]! | (high[j]! << 8));
	};
	return (frame) => {
		while (at < frame) move(++at, 1);
		while (at > frame) move(at--, -1);
		const parameters = new Float32Array(N);
		for (let i = 0; i < N; i++) parameters[i] = places[i]! * grid;
		return parameters;
	};
}
