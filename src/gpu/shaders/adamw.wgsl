// One AdamW step over the flat buffers (Loshchilov & Hutter 2019, https://arxiv.org/abs/1711.05101, algorithm 2, decay times the
// learning rate): m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², θ ← θ − lr·λ·θ − lr · m̂ / (√v̂ + eps), g clipped. Nothing moves when
// the gradient was not finite. Decay is a bit for each block of 64 floats, which never holds two tensors.

override SIZE: u32;
override BETA1: f32;
override BETA2: f32;
override EPS: f32;
override DECAY: f32;

struct Status {
	norm: f32,
	finite: u32,
	scale: f32,
	step: u32,
	correction1: f32,
	correction2: f32,
}
struct Control { learningRate: f32 }

@group(0) @binding(0) var<storage, read> gradients: array<f32>;
@group(0) @binding(1) var<storage, read> status: Status;
@group(0) @binding(2) var<storage, read> decays: array<u32>;
@group(0) @binding(3) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(4) var<storage, read_write> firstMoment: array<f32>;
@group(0) @binding(5) var<storage, read_write> secondMoment: array<f32>;
@group(0) @binding(6) var<uniform> control: Control;

@compute @workgroup_size(64)
fn adamw(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
	let block = group.y * 32768 + group.x;
	let i = block * 64 + lane;
	if (i >= SIZE || status.finite == 0) { return; }
	let g = gradients[i] * status.scale;
	let m = BETA1 * firstMoment[i] + (1 - BETA1) * g;
	let v = BETA2 * secondMoment[i] + (1 - BETA2) * g * g;
	firstMoment[i] = m;
	secondMoment[i] = v;
	let rate = control.learningRate;
	let decayed = ((decays[block / 32] >> (block % 32)) & 1) == 1;
	let keep = select(1.0, 1 - rate * DECAY, decayed);
	parameters[i] = parameters[i] * keep - rate * (m / status.correction1) / (sqrt(v / status.correction2) + EPS);
}
