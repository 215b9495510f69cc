// What the loss kernels share; appended to each. The block holds one minibatch of R rows with T response tokens each: token sections
// `[R·T]`, then row sections `[R]`. Floats are kept as words. Layout: src/gpu/loss/block.ts.

override R: u32;
override T: u32;
override LANES: u32; // invocations that share a row
const TARGET = 0u;
const STATE = 1u;
const FLAGS = 2u; // ACTED | SCORED
const OLD_LOG_PROB = 3u;
const OLD_ENTROPY = 4u;
const ADVANTAGE = 5u;
const REF_LOG_PROB = 6u;
const LOG_PROB = 7u;
const ENTROPY = 8u;
const PARTITION = 9u; // log Σ exp z
const SLOPE = 10u; // dL/dlogp over the row's weight
const COVARIANCE = 11u; // rank key, 0 = no candidate; after the choice 1 = touched
const VALUE_ERROR = 12u; // what the value head should say, then V minus that; 0 where the clip stops it
const OLD_VALUE = 13u;
const TOKEN_SECTIONS = 14u;
const PROMPT = 0u; // tokens of the prompt
const COUNT = 1u; // counted tokens, or the sum of their weights
const LOSS = 2u;
const CLIPPED = 3u;
const KL_BEHAVIOUR = 4u;
const KL_REFERENCE = 5u;
const BROKEN = 6u; // counted tokens with a number that is not finite
const TOKENS = 7u; // counted tokens
const VALUE_LOSS = 8u; // ½(V − target)², or that of the clipped V where it is larger
const ACTED = 1u;
const SCORED = 2u;

struct Slot { learningRate: f32, first: u32, update: u32, reference: u32 } // first row; reference: 1 = there is one

fn token(section: u32, at: u32) -> u32 { return block[section * R * T + at]; }
fn number(section: u32, at: u32) -> f32 { return bitcast<f32>(token(section, at)); }
fn rowPlace(section: u32, i: u32) -> u32 { return TOKEN_SECTIONS * R * T + section * R + i; }
fn rowNumber(section: u32, i: u32) -> f32 { return bitcast<f32>(block[rowPlace(section, i)]); }
fn isScored(at: u32) -> bool { return (token(FLAGS, at) & SCORED) != 0u; }
