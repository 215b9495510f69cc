// Sums over the lanes of a workgroup. Appended to kernels that declare LANES.

var<workgroup> partial: array<vec4f, LANES>;

// Sum over the lanes, in their order, for all of them.
fn total(lane: u32, own: vec4f) -> vec4f {
	partial[lane] = own;
	workgroupBarrier();
	var sum = vec4f();
	for (var k = 0u; k < LANES; k++) { sum += partial[k]; }
	workgroupBarrier();
	return sum;
}
