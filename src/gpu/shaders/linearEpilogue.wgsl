const RESIDUAL = 1u; // out = sum + extra
const GELU = 2u; // side = sum, out = gelu(sum)
const GELU_SLOPE = 4u; // out = sum · gelu'(extra)
const VALUE_INPUT = 8u; // sum += a[r, valueColumn] · value weight

// Whether an output of the product is the value head.
fn isValue(column: u32) -> bool { return column == job.valueColumn && (job.mode & VALUE_INPUT) == 0; }

fn weightOf(column: u32) -> u32 {
	return select(job.weight + column * job.weightColumnStride, job.valueWeight, isValue(column));
}

fn gradientOf(output: u32) -> u32 {
	return select(job.dWeight + output * job.inputs, job.valueWeight, output == job.valueColumn);
}

fn biasOf(column: u32) -> f32 {
	if (isValue(column)) { return weights[job.valueBias]; }
	if (job.bias == NONE) { return 0; }
	return weights[job.bias + column];
}

// ½ (1 + tanh u) = 1 / (1 + exp(−2u)), u = √(2/π) (v + 0.044715 v³).
fn gate(v: vec4f) -> vec4f {
	return 1 / (1 + exp(clamp(-1.5957691216057308 * (v + 0.044715 * v * v * v), vec4f(-80), vec4f(80))));
}

// Derivative of v · gate(v).
fn geluSlope(v: vec4f) -> vec4f {
	let s = gate(v);
	return s + v * s * (1 - s) * 1.5957691216057308 * (1 + 0.134145 * v * v);
}

fn storeBiasGradient(output: u32, slice: u32, sum: f32) {
	if (output == job.valueColumn) {
		side[slice + job.valueBias] = sum;
	} else if (job.dBias != NONE) {
		side[slice + job.dBias + output] = sum;
	}
}
