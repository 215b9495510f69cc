// Losses of a row's tokens and their slopes dℓ/dlogp, before the weight that aggregates them (it is one number for the row), and the
// sums that metrics need. A workgroup takes a row; its lanes share the tokens. Definition: engine/losses/surrogate.ts.

override CLASSIFY: bool; // false: log p and entropy are there already
override WEIGHTED: bool; // tokens count by their advantage: supervised weights
override RATIO: u32; // 0 none, 1 token, 2 sequence, 3 sequence's value with the token's gradient, 4 mixed
override SPAN_MEAN: bool; // log-ratios of the sequence are averaged, else summed
override MAX_LOG_RATIO: f32;
override OBJECTIVE: u32; // 0 clip, 1 cispo, 2 sapo, 3 geometric
override CLIP_LOW: f32;
override CLIP_HIGH: f32;
override SEQUENCE_CLIP_LOW: f32;
override SEQUENCE_CLIP_HIGH: f32;
override MIX_BY_ENTROPY: bool;
override DUAL_CLIP: f32;
override TAU_POSITIVE: f32;
override TAU_NEGATIVE: f32;
override COVARIANCE_MODE: u32; // 0 none, 1 clip, 2 kl
override COVARIANCE_KL_COEF: f32;
override KL_ESTIMATOR: u32; // 1, 2, 3
override KL_COEF: f32;
override KL_CLAMP: f32;
override ENTROPY_COEF: f32;
override CRITIC: bool; // a value head learns beside the policy
override VALUE_COLUMN: u32;
override VALUE_CLIP: f32; // how far V may move from that of sampling time; 0: no limit

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> machine: array<u32>;
@group(0) @binding(2) var<storage, read_write> block: array<u32>;
@group(0) @binding(3) var<uniform> slot: Slot;

var<workgroup> largest: array<f32, LANES>;

// own: dℓ/dlogp of the token itself; span: dℓ/d(log-ratio of the row), heard by tokens that are `open`.
struct Piece { loss: f32, own: f32, span: f32, open: f32, clipped: f32 }
struct Row { count: f32, logRatio: f32, cut: bool, meanAdvantage: f32, helped: f32, entropy: f32 }

fn put(section: u32, at: u32, x: f32) { block[section * R * T + at] = bitcast<u32>(x); }

fn isFinite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }

const MIN_LOG_RATIO = -20.0;

fn limited(x: f32) -> f32 { return clamp(x, MIN_LOG_RATIO, MAX_LOG_RATIO); }

fn isCut(x: f32) -> bool { return x > MAX_LOG_RATIO || x < MIN_LOG_RATIO; }

fn within(ratio: f32, low: f32, high: f32) -> f32 { return min(1 + high, max(1 - low, ratio)); }

// eˣ − 1 − x, without the cancellation near 0; x is held where the exponential is finite.
fn aboveLine(x: f32) -> f32 {
	let held = min(x, 80);
	if (abs(held) >= 0.5) { return exp(held) - 1 - held; }
	return held * held / 2 * (1 + held / 3 * (1 + held / 4 * (1 + held / 5 * (1 + held / 6 * (1 + held / 7 * (1 + held / 8))))));
}

// Value and slope of the KL estimate at d = log p − log p_ref.
fn klTerm(d: f32) -> vec2f {
	var term = vec2f(d, 1.0);
	if (KL_ESTIMATOR == 2u) { term = vec2f(d * d / 2, d); }
	if (KL_ESTIMATOR == 3u) {
		let held = clamp(d, -20, 20);
		let above = aboveLine(-held);
		term = vec2f(above, select(0.0, -(above - held), held == d));
		if (KL_CLAMP > 0 && above > KL_CLAMP) { return vec2f(KL_CLAMP, 0.0); }
	}
	return term;
}

// A log-ratio, clipped on the side that helps.
fn helping(raw: f32, a: f32) -> f32 {
	let kept = clamp(raw, -CLIP_LOW, CLIP_HIGH);
	if (a > 0) { return min(raw, kept); }
	if (a < 0) { return max(raw, kept); }
	return 0.0;
}

fn clippedMinimum(a: f32, ratio: f32) -> Piece {
	let plain = -a * ratio;
	let bounded = -a * within(ratio, CLIP_LOW, CLIP_HIGH);
	let clipped = COVARIANCE_MODE != 2u && bounded > plain;
	let loss = select(plain, bounded, clipped);
	let ceiling = -a * DUAL_CLIP;
	if (a < 0 && DUAL_CLIP > 0 && loss > ceiling) { return Piece(ceiling, 0.0, 0.0, 1.0, 1.0); }
	return Piece(loss, select(plain, 0.0, clipped), 0.0, 1.0, select(0.0, 1.0, clipped));
}

fn softGate(a: f32, ratio: f32) -> Piece {
	let tau = select(TAU_NEGATIVE, TAU_POSITIVE, a > 0);
	let gate = 1 / (1 + exp(min(-tau * (ratio - 1), 80)));
	return Piece(-a * gate * 4 / tau, -a * 4 * gate * (1 - gate) * ratio, 0.0, 1.0, 0.0);
}

fn pointwise(at: u32, a: f32, raw: f32, row: Row) -> Piece {
	let logRatio = select(row.logRatio, limited(raw), RATIO == 1u);
	let cut = select(row.cut, isCut(raw), RATIO == 1u);
	var piece: Piece;
	if (OBJECTIVE == 2u) { piece = softGate(a, exp(logRatio)); } else { piece = clippedMinimum(a, exp(logRatio)); }
	let touched = COVARIANCE_MODE != 0u && token(COVARIANCE, at) == 1u;
	let held = select(0.0, COVARIANCE_KL_COEF, touched && COVARIANCE_MODE == 2u);
	piece.loss += held * abs(logRatio);
	piece.own = select(piece.own + held * sign(logRatio), 0.0, cut);
	if (touched && COVARIANCE_MODE == 1u) { piece = Piece(0.0, 0.0, 0.0, 1.0, 1.0); }
	if (RATIO == 2u) {
		piece.span = piece.own;
		piece.own = 0.0;
	}
	return piece;
}

fn mixed(a: f32, raw: f32, entropy: f32, row: Row) -> Piece {
	var w = 0.5;
	if (MIX_BY_ENTROPY && row.entropy > 0) { w = entropy / row.entropy; }
	let own = exp(limited(raw));
	let whole = exp(row.logRatio);
	let ownKept = within(own, CLIP_LOW, CLIP_HIGH);
	let wholeKept = within(whole, SEQUENCE_CLIP_LOW, SEQUENCE_CLIP_HIGH);
	let plain = w * own + (1 - w) * whole;
	let kept = w * ownKept + (1 - w) * wholeKept;
	if (-a * kept > -a * plain) {
		let slope = w * select(0.0, own, ownKept == own) + (1 - w) * select(0.0, whole, wholeKept == whole);
		return Piece(-a * kept, -a * slope, 0.0, 1.0, 1.0);
	}
	return Piece(-a * plain, -a * plain, 0.0, 1.0, 0.0);
}

fn pieceOf(at: u32, row: Row) -> Piece {
	let a = number(ADVANTAGE, at);
	let logProb = number(LOG_PROB, at);
	let raw = logProb - number(OLD_LOG_PROB, at);
	if (RATIO == 0u) { return Piece(-a * logProb, -a, 0.0, 1.0, 0.0); }
	if (OBJECTIVE == 3u) {
		let loss = -row.meanAdvantage * exp(row.helped);
		let l = limited(raw);
		let open = helping(l, a) == l && !isCut(raw);
		return Piece(loss, 0.0, loss, select(0.0, 1.0, open), select(1.0, 0.0, open));
	}
	if (OBJECTIVE == 1u) {
		let ratio = exp(select(row.logRatio, limited(raw), RATIO == 1u));
		let kept = within(ratio, CLIP_LOW, CLIP_HIGH);
		return Piece(-a * kept * logProb, -a * kept, 0.0, 1.0, select(1.0, 0.0, kept == ratio));
	}
	if (RATIO == 4u) { return mixed(a, raw, number(OLD_ENTROPY, at), row); }
	return pointwise(at, a, raw, row);
}

fn classify(i: u32, t: u32, at: u32) {
	let scores = scoresOf(predictor(i, t), token(TARGET, at), token(STATE, at));
	put(LOG_PROB, at, scores.logProb);
	put(ENTROPY, at, scores.entropy);
	put(PARTITION, at, scores.logSum);
}

fn rowOf(i: u32, lane: u32) -> Row {
	var own = vec4f();
	var entropy = 0.0;
	for (var t = lane; t < T; t += LANES) {
		let at = i * T + t;
		if (!isScored(at)) { continue; }
		if (CLASSIFY) { classify(i, t, at); }
		let a = number(ADVANTAGE, at);
		let raw = number(LOG_PROB, at) - number(OLD_LOG_PROB, at);
		own += vec4f(select(1.0, a, WEIGHTED), raw, a, helping(limited(raw), a));
		entropy = max(entropy, number(OLD_ENTROPY, at));
	}
	largest[lane] = entropy;
	let sums = total(lane, own);
	for (var k = 0u; k < LANES; k++) { entropy = max(entropy, largest[k]); }
	let raw = select(sums.y, sums.y / sums.x, SPAN_MEAN);
	return Row(sums.x, limited(raw), isCut(raw), sums.z / sums.x, sums.w / sums.x, entropy);
}

// The error that counts: V minus its target, or that of V kept near its value of sampling time where it is larger; V then has no gradient.
// Definition: engine/training/critic.ts.
fn valueError(at: u32, value: f32) -> f32 {
	let wanted = number(VALUE_ERROR, at);
	let old = number(OLD_VALUE, at);
	let free = value - wanted;
	let kept = clamp(value, old - VALUE_CLIP, old + VALUE_CLIP) - wanted;
	let clipped = VALUE_CLIP > 0.0 && abs(kept) > abs(free);
	put(VALUE_ERROR, at, select(free, 0.0, clipped));
	return select(free, kept, clipped);
}

@compute @workgroup_size(LANES)
fn lossRows(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
	let i = group.x;
	let lane = local.x;
	let row = rowOf(i, lane);
	var sums = vec4f(); // loss, clipped, KL to the behaviour policy and to the reference
	var more = vec4f(); // slope of the row's log-ratio, broken tokens, counted tokens, value loss
	for (var t = lane; t < T; t += LANES) {
		let at = i * T + t;
		if (!isScored(at)) { continue; }
		let piece = pieceOf(at, row);
		let logProb = number(LOG_PROB, at);
		let entropy = number(ENTROPY, at);
		var loss = piece.loss - ENTROPY_COEF * entropy;
		var own = piece.own;
		var toReference = 0.0;
		if (slot.reference == 1u) {
			let d = logProb - number(REF_LOG_PROB, at);
			let term = klTerm(d);
			loss += KL_COEF * term.x;
			own += KL_COEF * term.y;
			toReference = aboveLine(-d);
		}
		var error = 0.0;
		if (CRITIC) { error = valueError(at, logits[predictor(i, t) * ROW_STRIDE + VALUE_COLUMN * COLUMN_STRIDE]); }
		put(SLOPE, at, own);
		sums += vec4f(loss, piece.clipped, aboveLine(number(OLD_LOG_PROB, at) - logProb), toReference);
		let whole = isFinite(logProb) && isFinite(entropy) && isFinite(number(ADVANTAGE, at));
		more += vec4f(piece.span, select(1.0, 0.0, whole), 1.0, error * error / 2);
	}
	sums = total(lane, sums);
	more = total(lane, more);
	if (RATIO == 2u || (OBJECTIVE == 3u && RATIO != 0u)) {
		let divisor = select(1.0, row.count, SPAN_MEAN);
		for (var t = lane; t < T; t += LANES) {
			let at = i * T + t;
			if (isScored(at)) { put(SLOPE, at, number(SLOPE, at) + pieceOf(at, row).open * more.x / divisor); }
		}
	}
	if (lane == 0u) {
		block[rowPlace(COUNT, i)] = bitcast<u32>(row.count);
		block[rowPlace(LOSS, i)] = bitcast<u32>(sums.x);
		block[rowPlace(CLIPPED, i)] = bitcast<u32>(sums.y);
		block[rowPlace(KL_BEHAVIOUR, i)] = bitcast<u32>(sums.z);
		block[rowPlace(KL_REFERENCE, i)] = bitcast<u32>(sums.w);
		block[rowPlace(BROKEN, i)] = bitcast<u32>(more.y);
		block[rowPlace(TOKENS, i)] = bitcast<u32>(more.z);
		block[rowPlace(VALUE_LOSS, i)] = bitcast<u32>(more.w);
	}
}
