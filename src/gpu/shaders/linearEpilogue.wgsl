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

// ½ (1 + tanh u) = 1 / (1 + exp(−2u)), u = √(2/π) (v + 0.044715 v³).
fn gate(v: f32) -> f32 {
	return 1 / (1 + exp(clamp(-1.5957691216057308 * (v + 0.044715 * v * v * v), -80, 80)));
}

fn store(row: u32, column: u32, sum: f32) {
	let at = row * job.columns + column;
	var v = sum;
	if (isValue(column)) {
		v += weights[job.valueBias];
	} else if (job.bias != NONE) {
		v += weights[job.bias + column];
	}
	if ((job.mode & VALUE_INPUT) != 0) { v += a[row * job.aStride + job.valueColumn] * weights[job.valueWeight + column]; }
	if ((job.mode & RESIDUAL) != 0) { v += extra[at]; }
	if ((job.mode & GELU) != 0) {
		side[at] = v;
		v *= gate(v);
	}
	if ((job.mode & GELU_SLOPE) != 0) {
		let x = extra[at];
		let s = gate(x);
		v *= s + x * s * (1 - s) * 1.5957691216057308 * (1 + 0.134145 * x * x);
	}
	out[at] = v;
}

fn storeBiasGradient(output: u32, slice: u32, sum: f32) {
	if (output == job.valueColumn) {
		side[slice + job.valueBias] = sum;
	} else if (job.dBias != NONE) {
		side[slice + job.dBias + output] = sum;
	}
}
