// One dispatch of a linear kernel; words in the order of `linearJob` on the host.
struct Job {
	tiles: u32,
	// out[r, n] = Σ_k a[r, k] · W[k, n]
	productTiles: u32,
	productColumnTiles: u32,
	columns: u32,
	depth: u32,
	aStride: u32,
	weight: u32, // first float in `weights`
	weightDepthStride: u32,
	weightColumnStride: u32,
	bias: u32, // first float, or NONE
	mode: u32,
	// A value head is one more column of the logits: its number, weight and bias, or NONE.
	valueColumn: u32,
	valueWeight: u32,
	valueBias: u32,
	// dW[o, i] = Σ_r a[r, o] · inputs[r, i], into `side`
	gradientColumnTiles: u32,
	outputs: u32,
	inputs: u32,
	rows: u32,
	dWeight: u32,
	dBias: u32, // or NONE
	sliceRows: u32, // rows that one slice of the sum takes
	sliceTiles: u32, // tiles of one slice
	sliceSize: u32, // floats from one slice to the next
}
const NONE = 0xffffffffu;
const GROUPS_WIDE = 32768u;
