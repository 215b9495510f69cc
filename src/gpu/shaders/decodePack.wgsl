// Rearranges one column of a Linear layer for decoding: transposed to [in][out], the LayerNorm before it folded in.
//   packed[k][n] = scale · gain[k] · W[n][k]
//   shift[n]     = scale · (bias[n] + Σ_k lnBias[k] · W[n][k])
//   gainSum[n]   = Σ_k packed[k][n]
// so that LayerNorm(x) Wᵀ + bias = rstd · (x packed − mean · gainSum) + shift. One invocation writes one column, padding included.

struct Column {
	weight: u32, gain: u32, lnBias: u32, bias: u32, // first float of each in the parameters; NONE where absent
	base: u32, index: u32, stride: u32, inputs: u32, // where the matrix lies in `packed`; its column; its padded widths
	group: u32, paddedGroup: u32, scale: f32, width: u32, // inputs come in groups padded from `group` to `paddedGroup`; true width
}

override COLUMNS: u32;
override WORKGROUP: u32 = 64;
const NONE = 0xffffffffu;

@group(0) @binding(0) var<storage, read> columns: array<Column>;
@group(0) @binding(1) var<storage, read> parameters: array<f32>;
@group(0) @binding(2) var<storage, read_write> packed: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn decodePack(@builtin(global_invocation_id) id: vec3u) {
	if (id.x >= COLUMNS) { return; }
	let c = columns[id.x];
	var gainSum = 0.0;
	var shift = 0.0;
	if (c.weight != NONE && c.bias != NONE) { shift = parameters[c.bias]; }
	for (var i = 0u; i < c.inputs; i++) {
		var w = 0.0;
		let within = i % c.paddedGroup;
		let k = (i / c.paddedGroup) * c.group + within;
		if (c.weight != NONE && within < c.group && k < c.width) {
			w = parameters[c.weight + k];
			if (c.gain != NONE) {
				shift += parameters[c.lnBias + k] * w;
				w *= parameters[c.gain + k];
			}
		}
		w *= c.scale;
		gainSum += w;
		packed[c.base + i * c.stride + c.index] = w;
	}
	packed[c.base + c.inputs * c.stride + c.index] = shift * c.scale;
	packed[c.base + (c.inputs + 1) * c.stride + c.index] = gainSum;
}
