import { InvalidInput } from "../core/errors";
import type { Recording } from "../formats/recording";
import { openSpec } from "../spec/registries";
import { type TapeOptions, tapeRun } from "./tapeRun";

/**
 * Trains the first seed of a recording again, on what trained it.
 * @returns the parameters that sampled the rollouts of each frame, in order.
 * @throws InvalidInput naming the first fingerprint that is not the recorded one; whatever a failed run threw.
 */
export async function retakePolicies(
	{ spec, seeds, frames, fingerprints }: Pick<Recording, "spec" | "seeds" | "frames" | "fingerprints">,
	options: TapeOptions,
): Promise<Float32Array[]> {
	const steps = new Set(frames.map(({ step }) => step));
	const { events, tape } = await tapeRun(openSpec({ ...spec, seed: seeds[0] ?? spec.seed }), steps, options);
	const prints = new Map(events.flatMap((e) => (e.type === "fingerprint" ? [[e.step, e.fingerprint] as const] : [])));
	const other = fingerprints.find(({ step, fingerprint }) => prints.get(step) !== fingerprint);
	if (other)
		throw new InvalidInput(
			`This run is not the recorded one: at step ${other.step} its parameters have the fingerprint ${prints.get(other.step)}, not ${other.fingerprint}.`,
		);
	return tape.map(({ parameters }) => parameters);
}
