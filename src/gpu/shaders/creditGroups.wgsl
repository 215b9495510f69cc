// Statistics over the rollouts of a group or of the batch: one invocation a rollout goes through the others in order, so all
// members get the same bits. Means are taken of differences from the first counted number: equal numbers give exactly that
// number, and a deviation of exactly 0.
//
// The float64 definition is in src/engine/credit/groupOps.ts.

struct Job {
	stat: u32, out: u32, x: u32, where_: u32, // stat NORMALISE or a statistic; operands as in creditRows
	weight: u32, whole: u32, center: u32, scale: u32, // whole: 1 = over the batch; center: 0 none, 1 mean, 2 leave one out; scale: 0 none, 1 n − 1, 2 n
	eps: f32, onVariance: u32, raw: u32, pad: u32, // raw: what one alone gets, 1 = itself
}

override B: u32;
override G: u32;
override JOBS: u32;
override WORKGROUP: u32 = 64;

const NORMALISE = 11u;

@group(0) @binding(0) var<storage, read> jobs: array<Job>;
@group(0) @binding(1) var<storage, read> rows: array<u32>;
@group(0) @binding(2) var<storage, read_write> arena: array<f32>;

fn load(operand: u32, b: u32) -> f32 {
	let at = operand & 0x1fffffffu;
	switch operand >> 29u {
		case 1u: { return arena[at + b]; }
		case 2u: { return arena[at]; }
		case 4u: { return bitcast<f32>(rows[at + b]); }
		default: { return f32(rows[at + b]); }
	}
}

struct Moments { n: f32, sum: f32, weights: f32, mean: f32, squares: f32, least: f32, most: f32, others: f32, below: f32, equal: bool }

fn momentsOf(j: Job, b: u32, from_: u32, to: u32) -> Moments {
	var m = Moments(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, true);
	let own = load(j.x, b);
	var first = 0.0;
	var shifted = 0.0;
	var seenOther = false;
	for (var k = from_; k < to; k++) {
		if (load(j.where_, k) == 0.0) { continue; }
		let x = load(j.x, k);
		if (m.n == 0.0) { first = x; m.least = x; m.most = x; }
		m.equal = m.equal && x == first;
		let w = load(j.weight, k);
		m.n += 1.0;
		m.sum += x;
		m.weights += w;
		shifted += w * (x - first);
		m.least = min(m.least, x);
		m.most = max(m.most, x);
		if (x < own) { m.below += 1.0; }
		if (k != b) {
			m.others = select(max(m.others, x), x, !seenOther);
			seenOther = true;
		}
	}
	m.mean = first;
	if (!m.equal) {
		m.mean = select(0.0, first + shifted / m.weights, m.weights != 0.0);
		for (var k = from_; k < to; k++) {
			if (load(j.where_, k) == 0.0) { continue; }
			let d = load(j.x, k) - m.mean;
			m.squares += load(j.weight, k) * d * d;
		}
	}
	return m;
}

fn deviation(m: Moments, scale: u32) -> f32 {
	if (m.equal) { return 0.0; }
	return sqrt(m.squares / (m.weights - select(0.0, 1.0, scale == 1u)));
}

fn divisor(j: Job, sd: f32) -> f32 {
	if (j.onVariance == 1u) { return sqrt(sd * sd + j.eps); }
	return sd + j.eps;
}

// Mean of the others from the plain mean: x̄ + (x̄ − x)/(n − 1).
fn withoutOwn(m: Moments, x: f32) -> f32 {
	if (m.n <= 1.0) { return 0.0; }
	let mean = select(m.mean, m.least, m.equal);
	return mean + (mean - x) / (m.n - 1.0);
}

fn normalised(j: Job, m: Moments, x: f32) -> f32 {
	if (j.center == 0u && j.scale == 0u) { return x; }
	if (m.n <= 1.0) {
		if (j.raw == 0u) { return 0.0; }
		return select(x / divisor(j, 1.0), x, j.scale == 0u);
	}
	if (m.equal) { return 0.0; }
	var middle = 0.0;
	if (j.center == 1u) { middle = m.mean; }
	if (j.center == 2u) { middle = withoutOwn(m, x); }
	if (j.scale == 0u) { return x - middle; }
	return (x - middle) / divisor(j, deviation(m, j.scale));
}

fn statistic(j: Job, m: Moments, x: f32) -> f32 {
	switch j.stat {
		case 0u: { return m.sum; }
		case 1u: { return m.mean; }
		case 2u: { return withoutOwn(m, x); }
		case 3u: { return m.others; }
		case 4u: { return deviation(m, 1u); }
		case 5u: { return deviation(m, 2u); }
		case 6u: { return m.least; }
		case 7u: { return m.most; }
		case 9u: { return m.n; }
		case 10u: { return m.below; }
		default: { return normalised(j, m, x); }
	}
}

@compute @workgroup_size(WORKGROUP)
fn creditGroups(@builtin(global_invocation_id) id: vec3u) {
	let b = id.x;
	if (b >= B) { return; }
	for (var n = 0u; n < JOBS; n++) {
		let j = jobs[n];
		let from_ = select(b / G * G, 0u, j.whole == 1u);
		let to = select(min(B, from_ + G), B, j.whole == 1u);
		var result = 0.0;
		if (load(j.where_, b) != 0.0) { result = statistic(j, momentsOf(j, b, from_, to), load(j.x, b)); }
		arena[j.out + b] = result;
	}
}
