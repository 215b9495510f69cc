import { gunzipSync, gzipSync } from "fflate";
import { POLICY_GRID, writePolicies } from "../../engine/formats/policies";
import { type Recording, readRecording } from "../../engine/formats/recording";
import { parameterLayout } from "../../engine/model/config";
import { fingerprint } from "../../engine/model/fingerprint";
import { openSpec } from "../../engine/spec/registries";
import { modelOf } from "../../engine/training/plan";
import { retakePolicies } from "../../engine/training/retakePolicies";
import { BACKENDS, openExecutor } from "../backends";
import type { Command } from "../command";
import { NODE_HOST } from "../host";

export const policiesCommand: Command = {
	name: "policies",
	summary:
		"Trains the first seed of a recording again and keeps the parameters at its steps, so that the page shows attention.",
	usage: "<recording> --out FILE [options]",
	operands: ["recording"],
	options: [
		{ name: "out", value: "FILE", help: "writes there, a gzipped safetensors file" },
		{ name: "backend", value: "gpu|wasm|cpu", help: "what trained the recording (default: wasm)" },
	],
	async run(args, io) {
		const path = args.operand(0);
		const backend = args.choice("backend", BACKENDS) ?? "wasm";
		const out = args.required("out");
		const recording = readRecording(unpacked(io.readBytes(path)), path);
		io.writable(out);
		io.progress(`training ${recording.spec.steps} steps of ${recording.preset} again`);
		const createExecutor = (plan: Parameters<typeof openExecutor>[1]) => openExecutor(backend, plan);
		const parameters = await retakePolicies(recording, { createExecutor, host: NODE_HOST });
		io.progress("");
		const bytes = gzipSync(writePolicies(headerOf(recording, parameters), parameters), { level: 9, mtime: 0 });
		io.write(out, bytes);
		io.note(`ascribe: wrote ${out}, ${parameters.length} policies, ${bytes.length} bytes`);
	},
};

const unpacked = (bytes: Uint8Array): Uint8Array =>
	bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;

function headerOf({ preset, spec: given, frames }: Recording, parameters: readonly Float32Array[]) {
	const { spec, task } = openSpec(given);
	const layout = parameterLayout(modelOf(spec, task));
	return {
		preset,
		steps: frames.map(({ step }) => step),
		fingerprints: parameters.map((values) => fingerprint(values, layout)),
		grid: POLICY_GRID,
	};
}
