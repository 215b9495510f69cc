// Rollouts of a group as a tree: the row with whose keys a row draws its token t. Appended to kernels that declare GROUP.
// Definition: engine/training/treeTopology.ts.

override BRANCHING: u32; // branches of a group at its prompt and after every SEGMENT tokens; 1: each rollout walks alone
override SEGMENT: u32;

fn ownerOf(row: u32, t: u32) -> u32 {
	if (BRANCHING <= 1) { return row; }
	var together = GROUP;
	for (var level = t / SEGMENT + 1; level > 0 && together > 1; level--) { together /= BRANCHING; }
	return row - row % together;
}
