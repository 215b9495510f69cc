export { drGrpo } from "./drGrpo";
export { grpo } from "./grpo";
export { reinforce } from "./reinforce";
export { rloo } from "./rloo";
