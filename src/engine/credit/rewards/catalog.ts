export { ircr } from "./writers/ircr";
export { klPenalty } from "./writers/klPenalty";
export { potentialShaping } from "./writers/potentialShaping";
export { returnDecomposition } from "./writers/returnDecomposition";
export { rudder } from "./writers/rudder";
export { syntheticReturns } from "./writers/syntheticReturns";
