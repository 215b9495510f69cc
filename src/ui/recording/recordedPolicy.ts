import { type Policies, readPolicies } from "../../engine/formats/policies";
import type { Latest } from "../stores/run";
import { fetchPacked } from "./fetchPacked";

const opened = new Map<string, Promise<Policies>>();

/** Parameters that sampled recorded rollouts; those of a recording are fetched together, once. Rejects with one sentence. */
export async function recordedPolicy(recorded: NonNullable<Latest["recorded"]>): Promise<Float32Array> {
	const path = `datasets/${recorded.preset}.policies`;
	const policies = await (opened.get(path) ?? open(path));
	if (!isOf(policies, recorded))
		throw new Error(`${path} is of another run than the recording on screen; its attention is not known.`);
	return policies.of(recorded.frame);
}

function open(path: string): Promise<Policies> {
	const opening = fetchPolicies(path);
	opened.set(path, opening);
	opening.catch(() => opened.delete(path));
	return opening;
}

async function fetchPolicies(path: string): Promise<Policies> {
	const bytes = await fetchPacked(path).catch((cause: unknown) => {
		throw new Error(
			"The policy that wrote these rollouts could not be fetched. Without a network, only the policies fetched before are there.",
			{ cause },
		);
	});
	return readPolicies(bytes, path);
}

/** Whether policies have the fingerprints that the recording has. Those after step k sampled step k + 1. */
function isOf(
	{ steps, fingerprints }: Policies,
	{ frame, fingerprints: known }: NonNullable<Latest["recorded"]>,
): boolean {
	const prints = new Map(known.map(({ step, fingerprint }) => [step + 1, fingerprint]));
	return frame < steps.length && steps.every((step, f) => (prints.get(step) ?? fingerprints[f]) === fingerprints[f]);
}
