export { mapMath } from "./math";
export { drawWords } from "./rng";
export { addColumnSums, addOuterProduct, multiply, packedSize, packPlain, packTransposed } from "./matmul";
