import { createActivations } from "../engine/model/activations";
import { forward } from "../engine/model/forward";
import { rhythmOf } from "../engine/signals/rhythm";
import type { AttentionAnswer, AttentionQuestion } from "./labApi";
import { openedTask } from "./openedTask";

/** One forward pass in float64 over prompt and response: attention of every head, and what the response's share of it says. */
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
	const heads = Array.from({ length: model.layers * model.heads }, (_, h) =>
		responseMap(maps.subarray(h * N * N, (h + 1) * N * N), N, prompt.length),
	);
	const rhythm = rhythmOf(heads, response.length, mask);
	return { N, promptLength: prompt.length, layers: model.layers, heads: model.heads, maps, rhythm };
}

/** The rows and columns of the response; what it looks at in the prompt is left out. */
function responseMap(map: Float32Array, N: number, promptLength: number): Float64Array {
	const n = N - promptLength;
	return Float64Array.from(
		{ length: n * n },
		(_, i) => map[(promptLength + Math.floor(i / n)) * N + promptLength + (i % n)] as number,
	);
}
