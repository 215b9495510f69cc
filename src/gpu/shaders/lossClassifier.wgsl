// log p of a token and entropy under softmax(logits / temperature) over the legal tokens of the machine's state. Appended to kernels
// that declare `logits` and `machine`. Definition: engine/model/tokenLogProbs.ts.

override N: u32; // positions of a sequence
override V: u32;
override STATES: u32;
override TEMPERATURE: f32;
override ROW_STRIDE: u32; // floats from one row of the logits to the next, and from one column to the next
override COLUMN_STRIDE: u32;
const LOWEST = -1e30;

struct Scores { logProb: f32, entropy: f32, logSum: f32 }

fn isLegal(state: u32, v: u32) -> bool { return bitcast<f32>(machine[(2 * STATES + state) * V + v]) > 0; }

fn logit(row: u32, v: u32) -> f32 { return logits[row * ROW_STRIDE + v * COLUMN_STRIDE] / TEMPERATURE; }

fn scoresOf(row: u32, target_: u32, state: u32) -> Scores {
	var top = LOWEST;
	for (var v = 0u; v < V; v++) {
		if (isLegal(state, v)) { top = max(top, logit(row, v)); }
	}
	var sum = 0.0;
	var moment = 0.0;
	for (var v = 0u; v < V; v++) {
		if (!isLegal(state, v)) { continue; }
		let z = logit(row, v) - top;
		let share = exp(z);
		sum += share;
		moment += share * z;
	}
	let spread = log(sum);
	let logProb = select(LOWEST, logit(row, target_) - top - spread, isLegal(state, target_));
	return Scores(logProb, spread - moment / sum, top + spread);
}

// Row of the logits that predicts response token t of minibatch row i.
fn predictor(i: u32, t: u32) -> u32 { return i * N + block[rowPlace(PROMPT, i)] + t - 1u; }
