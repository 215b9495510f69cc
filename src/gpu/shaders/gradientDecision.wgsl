// What `gradientNorm` and `gradientNormTiles` share.
override CLIP: f32; // largest norm, 0 for none
override BETA1: f32;
override BETA2: f32;

struct Status {
	norm: f32,
	finite: u32,
	scale: f32,
	step: u32,
	correction1: f32,
	correction2: f32,
}

@group(0) @binding(1) var<storage, read_write> status: Status;

fn decide(sum: f32) {
	let norm = sqrt(sum);
	status.norm = norm;
	if ((bitcast<u32>(sum) & 0x7fffffffu) >= 0x7f800000u) {
		status.norm = sum;
		status.finite = 0;
		status.scale = 0;
		return;
	}
	status.finite = 1;
	status.scale = 1;
	if (CLIP > 0 && norm > CLIP) { status.scale = CLIP / norm; }
	status.step += 1;
	status.correction1 = BETA1 * status.correction1 + (1 - BETA1);
	status.correction2 = BETA2 * status.correction2 + (1 - BETA2);
}
