import { createActivations } from "../engine/model/activations";
import { forward } from "../engine/model/forward";
import { rhythmOf, rhythmOptions } from "../engine/signals/rhythm";
import type { AttentionAnswer, AttentionQuestion } from "./labApi";
import { openedTask } from "./openedTask";

/** One forward pass in float64 over prompt and response: attention of every head, and what it says of the response. */
export function attentionOf({ spec, parameters, prompt, response, mask }: AttentionQuestion): AttentionAnswer {
	const { model } = openedTask(spec);
	const tokens = Int32Array.from([...prompt, ...response]);
	const N = tokens.length;
	const acts = createActivations(model, 1, N);
	forward(model, Float64Array.from(parameters), { B: 1, N, tokens, lengths: Int32Array.of(N) }, acts);
	const maps = new Float32Array(model.layers * model.heads * N * N);
	acts.blocks.forEach(({ attention }, l) => {
		maps.set(attention, l * model.heads * N * N);
	});
	const layers = acts.blocks.map(({ attention }) =>
		Array.from({ length: model.heads }, (_, h) => attention.subarray(h * N * N, (h + 1) * N * N)),
	);
	const reading = rhythmOptions(spec);
	const rhythm = rhythmOf({ N, promptLength: prompt.length, layers }, mask, reading);
	return { N, promptLength: prompt.length, layers: model.layers, heads: model.heads, maps, reading, rhythm };
}
