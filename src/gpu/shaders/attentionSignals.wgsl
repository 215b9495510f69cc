// WAAD of the local heads and FAI of the global ones, of each response token: means over the chosen heads. One invocation a token.

override ALL_HEADS: u32;
override B: u32;
override T: u32;
override COUNT: u32;
override WAAD: u32; // first floats in `signals`
override FAI: u32;

@group(0) @binding(0) var<storage, read> flow: array<f32>;
@group(0) @binding(1) var<storage, read> heads: array<f32>;
@group(0) @binding(2) var<storage, read_write> signals: array<f32>;

@compute @workgroup_size(64)
fn attentionSignals(@builtin(global_invocation_id) id: vec3u) {
	let e = id.x;
	if (e >= B * T) { return; }
	var looked = 0.0;
	var influence = 0.0;
	for (var h = 0u; h < ALL_HEADS; h++) {
		if (heads[ALL_HEADS + h] == 1.0) { looked += flow[(ALL_HEADS + h) * B * T + e]; }
		if (heads[2 * ALL_HEADS + h] == 1.0) { influence += flow[(2 * ALL_HEADS + h) * B * T + e]; }
	}
	signals[WAAD + e] = looked / f32(COUNT);
	signals[FAI + e] = influence / f32(COUNT);
}
